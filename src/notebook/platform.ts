/** @file What the site's code expects of a browser, and V8 alone does not have. */
import { strFromU8 } from 'fflate';
import { InputError } from '../core/check';

class Utf8Decoder {
  decode(bytes: Uint8Array): string {
    try {
      return strFromU8(bytes);
    } catch {
      throw new InputError('the text is not UTF-8');
    }
  }
}

const SIGNS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Base64 of a text of one-byte characters. */
export function toBase64(text: string): string {
  let out = '';
  for (let i = 0; i < text.length; i += 3) {
    const left = text.length - i;
    const [a = 0, b = 0, c = 0] = [0, 1, 2].map((at) => (at < left ? text.charCodeAt(i + at) : 0));
    const bits = (a << 16) | (b << 8) | c;
    out += SIGNS[bits >> 18]! + SIGNS[(bits >> 12) & 63]!;
    out += (left > 1 ? SIGNS[(bits >> 6) & 63]! : '=') + (left > 2 ? SIGNS[bits & 63]! : '=');
  }
  return out;
}

/** The text of one-byte characters that a base64 stands for; throws if it is none. */
export function fromBase64(text: string): string {
  const signs = text.replace(/=+$/, '');
  let [out, bits, held] = ['', 0, 0];
  for (const sign of signs) {
    const value = SIGNS.indexOf(sign);
    if (value < 0 || signs.length % 4 === 1) throw new SyntaxError('the text is not base64');
    bits = (bits << 6) | value;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += String.fromCharCode((bits >> held) & 255);
    bits &= (1 << held) - 1;
  }
  return out;
}

const known = globalThis as { TextDecoder?: unknown; btoa?: unknown; atob?: unknown };
known.TextDecoder ??= Utf8Decoder;
known.btoa ??= toBase64;
known.atob ??= fromBase64;
