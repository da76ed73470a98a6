/** @file The files that the page receives at once: arrays apart from configs and files that this page saved. */
import { InputError } from '../core/check';
import { formatInteger } from '../core/numbers';
import type { ConfigLayers } from '../masks/configLayer';
import type { MaskDoc } from '../masks/doc';
import type { Named } from '../masks/foreign/foreign';
import { MAX_BYTES } from '../masks/foreign/matrix';
import { isConfig } from '../masks/isConfig';
import { readJson } from '../masks/save';

/** A file as the page receives it. */
export interface Given {
  readonly name: string;
  readonly size: number;
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
}

/** Other files opened with the masks. */
export interface Beside {
  readonly name: string;
  readonly doc?: MaskDoc;
  readonly config?: ConfigLayers;
  /** The config's original text. */
  readonly text?: string;
}

export async function readFiles(files: readonly Given[]): Promise<{
  readonly arrays: readonly Named[];
  readonly beside: readonly Beside[];
  /** A file of the Python package. */
  readonly capture?: Named;
}> {
  const arrays: Named[] = [];
  const beside: Beside[] = [];
  for (const { name, size, bytes } of files) {
    if (size > MAX_BYTES)
      throw new InputError(
        `${name} has ${formatInteger(size)} bytes; files up to ${formatInteger(MAX_BYTES)} bytes are read`,
      );
    const content = await bytes();
    const own = name.endsWith('.json') || content[0] === 123 ? textOf(content) : undefined;
    const doc = own === undefined ? undefined : readJson(own);
    if (doc) beside.push({ name, doc });
    else if (own !== undefined && isConfig(own)) {
      // The table of model types is large and rarely needed, so it is loaded when a config is opened.
      const { readConfig } = await import('../masks/configs');
      beside.push({ name, config: readConfig(own), text: own });
    } else {
      if (content[0] === 80 && content[1] === 75) {
        const { isCapture } = await import('../masks/capture/isCapture');
        if (isCapture(content)) {
          if (files.length > 1)
            throw new InputError(
              `${name} is a capture, which is opened by itself; ${files.length} files were given`,
            );
          return { arrays, beside, capture: { name, bytes: content } };
        }
      }
      arrays.push({ name, bytes: content });
    }
  }
  return { arrays, beside };
}

/** Decodes what may be JSON; undefined if it is not text. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
