/** @file Bytes as letters, digits, - and _, without padding (RFC 4648, section 5): they survive a chat or an email. */

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

export function base64url(bytes: Uint8Array): string {
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b, c] = [bytes[i]!, bytes[i + 1], bytes[i + 2]];
    const bits = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    const letters = [18, 12, 6, 0].map((shift) => LETTERS[(bits >> shift) & 63]!);
    out += letters.slice(0, b === undefined ? 2 : c === undefined ? 3 : 4).join('');
  }
  return out;
}

/** The text must consist of these letters; undefined if its length fits no bytes. */
export function bytesOfBase64url(text: string): Uint8Array | undefined {
  if (text.length % 4 === 1) return undefined;
  const out = new Uint8Array(Math.floor((text.length * 3) / 4));
  for (let i = 0, at = 0; i < text.length; i += 4) {
    const values = [0, 1, 2, 3].map((j) =>
      i + j < text.length ? LETTERS.indexOf(text[i + j]!) : 0,
    );
    const bits = (values[0]! << 18) | (values[1]! << 12) | (values[2]! << 6) | values[3]!;
    for (const shift of [16, 8, 0]) if (at < out.length) out[at++] = (bits >> shift) & 255;
  }
  return out;
}
