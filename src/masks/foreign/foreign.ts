/** @file A foreign file as numbers: its content says what it is, its name only where the content does not. */
import { check, InputError } from '../../core/check';
import { readJsonMask } from './json';
import { MOST_BYTES, type Foreign } from './matrix';
import { isNpy, readNpy } from './npy';
import { isPng, readPng } from './png';
import { readSafetensorsMask } from './safetensors';
import { readTextMask } from './words';

export async function openForeign(name: string, bytes: Uint8Array): Promise<Foreign> {
  check(bytes.length > 0, 'the file is empty');
  check(
    bytes.length <= MOST_BYTES,
    `the file has ${bytes.length} bytes; files up to ${MOST_BYTES} are read`,
  );
  if (isNpy(bytes)) return readNpy(bytes);
  if (isPng(bytes)) return readPng(bytes);
  if (/\.npy$/i.test(name)) return readNpy(bytes); // which says what is wrong with it
  if (
    /\.safetensors$/i.test(name) ||
    (bytes[8] === 0x7b && bytes.subarray(3, 8).every((byte) => byte === 0))
  )
    return readSafetensorsMask(bytes);
  if (bytes[0] === 0x50 && bytes[1] === 0x4b)
    throw new InputError(
      'the file is an archive (.npz or .zip); unpack it and open the .npy inside',
    );
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InputError(
      'the file is neither .npy, PNG, safetensors, JSON nor text; save the mask as one of these',
    );
  }
  const trimmed = text.trim();
  // [[1, 0], [1, 1]] is JSON, and [[1 0] [1 1]] is how NumPy prints; so is what begins as an object.
  return /\.json$/i.test(name) || /^\{|^\[\s*\[[^\]]*,/.test(trimmed)
    ? readJsonMask(trimmed)
    : readTextMask(text);
}
