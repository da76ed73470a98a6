/** @file What the site's code expects of a browser, and V8 alone does not have. */
import { strFromU8, Unzlib } from 'fflate';
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

/** Bytes at a time that are unpacked: a packed file that is far larger than it says is not read to its end. */
const PIECE = 16_384;

/** As much of Blob as src/masks/foreign/png.ts uses. */
export class Bytes {
  constructor(private readonly parts: readonly Uint8Array[]) {}

  stream() {
    return { pipeThrough: (through: Inflate) => through.of(this.parts) };
  }
}

/** As much of DecompressionStream as src/masks/foreign/png.ts uses: zlib, which the standard calls deflate. */
export class Inflate {
  of(parts: readonly Uint8Array[]) {
    const pieces = parts.flatMap((part) =>
      Array.from({ length: Math.ceil(part.length / PIECE) }, (_, i) =>
        part.slice(i * PIECE, (i + 1) * PIECE),
      ),
    );
    const ready: Uint8Array[] = [];
    const unpack = new Unzlib((bytes) => ready.push(bytes));
    let next = 0;
    const read = () => {
      while (ready.length === 0 && next < pieces.length) {
        unpack.push(pieces[next]!, next === pieces.length - 1);
        next++;
      }
      const value = ready.shift();
      return Promise.resolve(value ? { done: false, value } : { done: true, value });
    };
    return { getReader: () => ({ read, cancel: () => Promise.resolve() }) };
  }
}

const known = globalThis as {
  TextDecoder?: unknown;
  btoa?: unknown;
  atob?: unknown;
  Blob?: unknown;
  DecompressionStream?: unknown;
};
known.TextDecoder ??= Utf8Decoder;
known.btoa ??= toBase64;
known.atob ??= fromBase64;
known.Blob ??= Bytes;
known.DecompressionStream ??= Inflate;
