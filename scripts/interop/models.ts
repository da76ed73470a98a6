/** @file Models that are compared with PyTorch's: small ones with random weights, for every plan and switch. Bundled by scripts/interop/run-models.mjs. */
import { startsOf, type Packing } from '../../src/attention/documents';
import { writeRows } from '../../src/attention/writeRows';
import { fromRule } from '../../src/attention/mask';
import { plans } from '../../src/attention/plans';
import { patterns } from '../../src/attention/registry';
import { random } from '../../src/core/random';
import { exportFiles } from '../../src/model/files/exportFolder';
import { openHuggingFace } from '../../src/model/files/openFolder';
import { hostMachine } from '../../src/machines/hostMachine';
import type { HostWeights } from '../../src/model/arena';
import { Decoder } from '../../src/model/decode/decoder';
import { logitsWithoutCache } from '../../src/model/decode/uncached';
import { initialWeights } from '../../src/model/weights';
import type { ModelSpec } from '../../src/spec/model';
import { Zebra } from '../../src/train/zebra';

export const T = 40; // tokens; several windows and chunks
const VOCABULARY = [...'\uFFFD\n abcdefgh'];

const base: Omit<ModelSpec, 'layers'> = {
  vocabulary: VOCABULARY.length,
  context: 64,
  width: 16,
  heads: 2,
  kvHeads: 2,
  headDim: 8,
  hidden: 24,
  pool: 'post',
  ropeBase: 10_000,
  ropeScale: 1,
  tied: true,
};
const layers = (id: string, stripes = 'GASS', masks = '') =>
  plans
    .get(id)
    .expand({ layers: 4, window: 5, chunk: 3, groupSize: 2, place: 'first', stripes, masks });
/** Four layers: that mask, a global one, a local one, that mask. */
const masked = (...masks: string[]) => layers('custom', '1GS1', masks.join('; '));

/** A mask of this many tokens: about half the cells, drawn at random, and the diagonal. */
function rows(tokens: number, seed: number): string {
  const { next } = random(seed, 'rows');
  return writeRows(fromRule(tokens, tokens, (q, k) => k === q || next() < 0.5));
}

/** By name. */
export const CASES: Readonly<Record<string, ModelSpec>> = {
  global: { ...base, layers: layers('global') },
  local: { ...base, layers: layers('local') },
  grouped: { ...base, layers: layers('grouped') },
  approximate: { ...base, layers: layers('approximate') },
  'approximate, keys averaged before rotation': {
    ...base,
    pool: 'pre',
    layers: layers('approximate'),
  },
  'custom G S S G': { ...base, layers: layers('custom', 'GSSG') },
  'custom G A S S, shared heads': { ...base, kvHeads: 1, layers: layers('custom') },
  'grouped, shared heads': { ...base, kvHeads: 1, layers: layers('grouped') },
  'grouped, its own head': { ...base, tied: false, layers: layers('grouped') },
  'global, positions interpolated by 4': { ...base, ropeScale: 4, layers: layers('global') },
  'grouped, RoPE base 500': { ...base, ropeBase: 500, layers: layers('grouped') },
  'approximate, positions interpolated by 4, averaged before rotation': {
    ...base,
    ropeScale: 4,
    pool: 'pre',
    layers: layers('approximate'),
  },
  'local with sinks': { ...base, layers: layers('custom', 'KKKK') },
  'custom G K A K, shared heads': { ...base, kvHeads: 1, layers: layers('custom', 'GKAK') },
  'mask of chunks': { ...base, layers: masked('causal & chunk(7)') },
  'mask of a window with steps': { ...base, layers: masked('causal & (window(4) | dilated(6))') },
  'mask of a window with global tokens': {
    ...base,
    tied: false,
    layers: masked('causal & (window(4) | global(0, 9))'),
  },
  'mask of packed documents': { ...base, layers: masked('causal & documents(11, 12, 30)') },
  'mask with empty rows': { ...base, layers: masked('causal & !padding(3, 0) & !window(1)') },
  'mask of a prefix, which sees the future': { ...base, layers: masked('causal | prefix(13)') },
  'mask of rows': { ...base, layers: masked(`causal & rows(${rows(64, 1)})`) },
  'mask of rows, which see the future': { ...base, layers: masked(`rows(${rows(64, 2)})`) },
  'masks of rows shorter than the text': {
    ...base,
    kvHeads: 1,
    layers: layers(
      'custom',
      '1GS2',
      `causal & (rows(${rows(33, 3)}) | window(2)); causal & !rows(${rows(24, 4)})`,
    ),
  },
  'masks of several layers, one switched off in part': {
    ...base,
    ropeScale: 4,
    layers: layers(
      'custom',
      '1232',
      'causal & !(sink(2) | chunk(5)) | causal & window(3); causal & window(9); causal & ~window(2) & exact(6, 4)',
    ),
  },
};

/** Larger than the usual start values, so that attention is far from uniform. */
export const weightsOf = (m: ModelSpec) =>
  new Map(
    [...initialWeights(m, 5)].map(([name, w]) => [
      name,
      w.map((x) => (name.includes('proj') ? 3 * x : name.includes('embed') ? 20 * x : x)),
    ]),
  );

export const TOKENS = Int32Array.from(
  { length: T },
  (_, t) => (t * t + 3 * t + 1) % base.vocabulary,
);
export const TEXT = [...TOKENS].map((id) => VOCABULARY[id]).join('');

/** A decoder has no token after the query: layers that read ahead are computed over the whole sequence. */
const seesAhead = ({ layers }: ModelSpec) =>
  layers.some(({ pattern, params }) =>
    Array.from({ length: T }, (_, q) => patterns.get(pattern).reads(q, T, params)).some(
      (row, q) => (row.at(-1) ?? 0) > q + 1,
    ),
  );

/** Our logits, [T, V]: token by token with a cache, if a cache can produce them. */
export function ourLogits(
  m: ModelSpec,
  weights: HostWeights = weightsOf(m),
  tokens = TOKENS,
): number[] {
  if (seesAhead(m)) return [...logitsWithoutCache(m, weights, tokens)];
  const decoder = new Decoder(m, weights);
  return [...tokens].flatMap((token) => [...decoder.next(token)]);
}

/** Where documents begin in two rows of the same tokens. */
const BEGINS = [
  [11, 12, 30],
  [5, 20],
];

/** For each token of each row the number of its document, as passed to the exported module. */
export const DOCUMENTS = BEGINS.map((begins) =>
  Array.from({ length: T }, (_, t) => begins.filter((at) => at <= t).length),
);

/** Chunk averages would mix documents, so such models cannot keep them apart. */
export const canPack = ({ layers }: ModelSpec): boolean =>
  layers.every(({ pattern, params }) => patterns.get(pattern).chunk(params) === 0);

/** Our logits of both rows, [2 T, V], in loops. */
export async function packedLogits(m: ModelSpec, packing: Packing): Promise<number[]> {
  const spec = { ...m, context: T };
  const options = { batch: 1, documents: packing };
  const model = await Zebra.open(hostMachine(), spec, weightsOf(m), options);
  const rows = [];
  for (const begins of BEGINS) rows.push(...(await model.logits(TOKENS, startsOf(T, begins))));
  model.dispose();
  return rows;
}

export const folderOf = (name: string): ReadonlyMap<string, Uint8Array> => {
  const model = CASES[name]!;
  return exportFiles({
    model,
    weights: weightsOf(model),
    vocabulary: VOCABULARY,
    provenance: { title: name, lines: ['Random weights, for a test.'] },
  });
};

/** A third-party folder: our reading of it, and its logits. */
export function theirs(
  files: ReadonlyMap<string, Uint8Array>,
  tokens: readonly number[],
): number[] {
  const { model, weights } = openHuggingFace(files);
  return ourLogits(model, weights, Int32Array.from(tokens));
}
