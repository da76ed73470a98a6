/** @file Unpacks raw DEFLATE from outside. A few bytes could unpack to gigabytes: there is room for `largest`, and no more. */
import { Inflate } from 'fflate';
import { check, InputError } from './check';

const SLICE = 256; // bytes unpacked at a time, so that a decompression bomb is stopped early

/** Throws InputError with one of the two sentences. */
export function inflated(
  packed: Uint8Array,
  largest: number,
  say: { readonly long: string; readonly broken: string },
): Uint8Array {
  const out = new Uint8Array(largest);
  let size = 0;
  const stream = new Inflate((chunk) => {
    check(size + chunk.length <= largest, say.long);
    out.set(chunk, size);
    size += chunk.length;
  });
  try {
    for (let at = 0; at < packed.length; at += SLICE)
      stream.push(packed.subarray(at, at + SLICE), at + SLICE >= packed.length);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(say.broken);
  }
  return out.subarray(0, size);
}
