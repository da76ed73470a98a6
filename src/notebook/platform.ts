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

const known = globalThis as { TextDecoder?: unknown };
known.TextDecoder ??= Utf8Decoder;
