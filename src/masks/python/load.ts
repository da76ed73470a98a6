/**
 * @file Python that loads a plane of an opened file: the array from its file, the plane from the array, the mask from
 * its numbers.
 */
import type { Source } from '../foreign/source';
import type { Reading } from '../reading';

export interface Load {
  readonly imports: readonly string[];
  /** Lines that leave `mask` as [queries, keys], True where a key may be read. */
  readonly lines: readonly string[];
}

const quoted = (text: string): string =>
  /^[ !#-&(-[\]-~]*$/.test(text) ? `'${text}'` : JSON.stringify(text);

/** `border` of a mask added to scores, far below 0: exact in every number type. */
const isExact = (border: number): boolean => Number.isInteger(border);

export function loadOf({ origin, dtype, shape, index, turned }: Source, reading: Reading): Load {
  const { imports, array } = arrayOf(origin, dtype);
  const places = index.map((place) => (place === undefined ? ':' : String(place)));
  while (places.at(-1) === ':') places.pop();
  const plane = `array${places.length > 0 ? `[${places.join(', ')}]` : ''}${turned ? '.T' : ''}`;
  return {
    imports,
    lines: [`array = ${array}  # ${shape.join(' × ')}, ${dtype}`, ...maskLines(plane, reading)],
  };
}

function maskLines(plane: string, { allowed, border = 0 }: Reading): readonly string[] {
  switch (allowed) {
    case 'nonzero':
      return [`mask = ${plane} != 0  # [queries, keys], True where a key may be read`];
    case 'zero':
      return [`mask = ${plane} == 0  # inverted: in the file, what is not 0 is blocked`];
    case 'additive':
      return [
        `mask = ${plane}${isExact(border) ? '' : '.astype(np.float64)'} > ${border}  # added to scores: what lies below is blocked`,
      ];
  }
}

function arrayOf(
  { file, format, key, border }: Source['origin'],
  dtype: string,
): { readonly imports: readonly string[]; readonly array: string } {
  const name = quoted(file);
  const at = key === undefined ? '' : `[${quoted(key)}]`;
  switch (format) {
    case 'npy':
      return { imports: [], array: `np.load(${name})` };
    case 'npz':
      return { imports: [], array: `np.load(${name})${at}` };
    case 'json':
      return { imports: ['import json'], array: `np.array(json.load(open(${name}))${at})` };
    case 'png':
      return {
        imports: ['from PIL import Image'],
        array: `np.array(Image.open(${name}).convert('L')) >= ${border}`,
      };
    case 'safetensors':
      // NumPy has no bfloat16; float32 holds each of its numbers.
      return dtype === 'BF16'
        ? {
            imports: ['from safetensors.torch import load_file'],
            array: `load_file(${name})${at}.float().numpy()`,
          }
        : {
            imports: ['from safetensors.numpy import load_file'],
            array: `load_file(${name})${at}`,
          };
  }
}

/** For a mask that is in no file: the .npy that the page saves. */
export const loadSaved = (file: string): Load => ({
  imports: [],
  lines: [
    `mask = np.load(${quoted(file)})  # as this page saves it: [queries, keys], True where a key may be read`,
  ],
});
