/** @file Captures as files, for tests. */
import { strToU8, zipSync, type Zippable } from 'fflate';
import type { Mask } from '../../src/attention/mask';

/** An array as NumPy writes it: a header of 118 characters and the numbers, little-endian. */
export function npy(shape: readonly number[], numbers: readonly number[]): Uint8Array {
  const head = `{'descr': '<i4', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`;
  const text = `\x93NUMPY\x01\x00v\x00${head.padEnd(117)}\n`;
  const bytes = Uint8Array.from(text, (sign) => sign.charCodeAt(0));
  return Uint8Array.from([...bytes, ...new Uint8Array(Int32Array.from(numbers).buffer)]);
}

export const zipped = (manifest: object, files: Zippable): Uint8Array =>
  zipSync({ 'zebra-lab.json': strToU8(JSON.stringify(manifest)), ...files });

const runsOf = ({ queries, row }: Mask): readonly number[] =>
  Array.from({ length: queries }, (_, q) => {
    const runs = row(q);
    return Array.from({ length: runs.length / 2 }, (__, i) => [q, runs[2 * i]!, runs[2 * i + 1]!]);
  }).flat(2);

export interface Given {
  /** [steps][layers][texts]; each step has its queries and keys from its first mask. */
  readonly steps: readonly (readonly (readonly Mask[])[])[];
  readonly padding?: readonly (readonly [number, number])[];
  readonly documents?: readonly (readonly number[])[];
  readonly holes?: readonly (readonly (readonly [number, number])[])[];
  readonly spans?: readonly (readonly (readonly [number, number])[])[];
  readonly config?: object;
  readonly part?: string;
}

/** A capture whose layers are numbered in order, with one head. */
export function captureOf({
  steps,
  padding,
  documents,
  holes,
  spans,
  config,
  part,
}: Given): Uint8Array {
  const masks = [...new Set(steps.flat(2))];
  const files: Zippable = Object.fromEntries(
    masks.map((mask, i) => {
      const runs = runsOf(mask);
      return [`masks/${i}.npy`, npy([runs.length / 3, 3], runs)];
    }),
  );
  const manifest = {
    format: 'zebra-lab-capture',
    version: 1,
    texts: steps[0]![0]!.length,
    ...(padding && { padding }),
    ...(documents && { documents }),
    ...(holes && { holes }),
    ...(spans && { spans }),
    ...(config && { config: 'config.json' }),
    masks: masks.map(({ queries, keys }, i) => ({ queries, keys, file: `masks/${i}.npy` })),
    steps: steps.map((layers, step) => ({
      name: step === 0 ? 'prefill' : `decode ${step}`,
      ...(part && { part }),
      queries: layers[0]![0]!.queries,
      keys: layers[0]![0]!.keys,
      layers: layers.map((texts, layer) => ({
        layer,
        masks: texts.map((mask) => [masks.indexOf(mask)]),
        given: { form: 'bool' },
      })),
    })),
  };
  return zipped(manifest, {
    ...files,
    ...(config && { 'config.json': strToU8(JSON.stringify(config)) }),
  });
}
