/** @file What runs cost by length of the text: only closed forms, so 16,384 tokens are as fast as 64. */
import { attentionFlops, cacheBytes, visiblePairs } from '../attention/cost';
import { tokensCovered } from '../attention/said';
import { check } from '../core/check';
import { plain } from '../core/numbers';
import { formatBytes, formatCount, formatInteger } from '../core/units';
import { allGlobal, trainingFlops } from '../spec/cost';
import type { ModelSpec } from '../spec/model';
import type { Chart, Look, Table } from './chart';

/** A model, and the name that distinguishes it from the others. */
export interface Named {
  readonly name: string;
  readonly plan: string;
  readonly model: ModelSpec;
}

interface Counted {
  readonly id: string;
  readonly label: string;
  readonly axis: string;
  /** The unit of the axis. */
  readonly per: number;
  /** The cost of all layers for one sequence of T tokens. */
  of(model: ModelSpec, T: number): number;
  write(amount: number): string;
}

export const COUNTED = [
  {
    id: 'pairs',
    label: 'Visible pairs',
    axis: 'visible pairs, all layers',
    per: 1,
    of: ({ layers }, T) => layers.reduce((sum, layer) => sum + visiblePairs(layer, T), 0),
    write: (pairs) => `${formatInteger(pairs)} ${pairs === 1 ? 'pair' : 'pairs'}`,
  },
  {
    id: 'flops',
    label: 'Attention FLOPs',
    axis: 'attention FLOPs, forward',
    per: 1,
    of: (model, T) => attentionFlops(model.layers, { ...model, T }),
    write: (flops) => `${formatCount(flops).replace(/(?<=\d)$/, ' ')}FLOPs`,
  },
  {
    id: 'cache',
    label: 'KV cache',
    axis: 'KiB of keys and values',
    per: 1024,
    of: (model, T) => cacheBytes(model.layers, { ...model, T, bytesPerNumber: 4 }),
    write: formatBytes,
  },
] as const satisfies readonly Counted[];

/** Cost of a token of training, including the matrix products, which are the same under every plan. */
export const TRAINING = {
  id: 'training',
  label: 'FLOPs per token',
  axis: 'FLOPs per token, training',
  per: 1,
  of: (model, T) => trainingFlops({ ...model, context: T }, 'host').needed,
  write: formatCount,
} as const satisfies Counted;

export type CountedId = (typeof COUNTED)[number]['id'] | (typeof TRAINING)['id'];
const counted = (id: CountedId): Counted => [...COUNTED, TRAINING].find((one) => one.id === id)!;

export const SHORTEST = 64;
export const LONGEST = 16_384;
/** 64, 128, … 16,384 tokens. */
export const LENGTHS: readonly number[] = Array.from(
  { length: Math.log2(LONGEST / SHORTEST) + 1 },
  (_, i) => SHORTEST * 2 ** i,
);

/** Slider steps: eight per doubling. */
const PER_DOUBLING = 8;
export const NOTCHES = PER_DOUBLING * (LENGTHS.length - 1);
export const lengthAt = (notch: number): number =>
  Math.round(SHORTEST * 2 ** (notch / PER_DOUBLING));
export function notchOf(T: number): number {
  const within = Math.min(LONGEST, Math.max(SHORTEST, T));
  return Math.round(PER_DOUBLING * Math.log2(within / SHORTEST));
}

/**
 * The LENGTHS at which a model can be counted. A mask given as n rows covers texts of up to n tokens; the list then
 * ends with n, even if n is not one of the LENGTHS.
 */
function lengthsOf({ layers }: ModelSpec): readonly number[] {
  const most = tokensCovered(layers);
  return most === Infinity ? LENGTHS : [...LENGTHS.filter((T) => T < most), most];
}

/** 'a mask is kept as rows of 96 tokens, …': why a model has no cost at T tokens; undefined if it has one. */
export function unpriced({ layers }: ModelSpec, T: number): string | undefined {
  const most = tokensCovered(layers);
  return T <= most
    ? undefined
    : `a mask is kept as rows of ${formatInteger(most)} tokens, which say nothing about longer texts`;
}

export function growthChart(
  runs: readonly Named[],
  id: CountedId,
  lengths?: readonly number[],
): Chart {
  const { axis, per, of } = counted(id);
  return {
    x: { label: 'T, tokens', scale: 'log2' },
    y: { label: axis, scale: 'log10' },
    series: runs.map(({ name, plan, model }, i) => ({
      id: `${i} ${name}`,
      label: name,
      look: plan as Look,
      points: (lengths?.filter((T) => !unpriced(model, T)) ?? lengthsOf(model)).map((T) => {
        const y = of(model, T) / per;
        return { x: T, y, low: y, high: y };
      }),
    })),
    // A table of every quantity at every length, computed only when it is opened.
    get table() {
      return growthTable(runs);
    },
  };
}

const growthTable = (runs: readonly Named[]): Table => ({
  columns: [/* a message */ 'run', 'T', ...COUNTED.map(({ axis }) => `${axis}, counted`)],
  rows: runs.flatMap(({ name, model }) =>
    lengthsOf(model).map((T) => [name, T, ...COUNTED.map(({ of, per }) => of(model, T) / per)]),
  ),
});

/** '2,099,200 pairs, 26 % of all-global layers; × 3.9 for twice the tokens'. */
export function sayGrowth(model: ModelSpec, id: CountedId, T: number): string {
  const { of, write } = counted(id);
  const none = unpriced(model, T);
  if (none) return `no price: ${none}`;
  const own = of(model, T);
  const global = of(allGlobal(model), T);
  const now = `${write(own)}, ${percent(own / global)} of all-global layers`;
  if (unpriced(model, 2 * T)) return now;
  const growth = Number((of(model, 2 * T) / own).toPrecision(3));
  return `${now}; × ${plain(growth)} for twice the tokens`;
}

export interface Price {
  readonly own: number;
  /** Share of the same model with every layer global, 0..1 (above 1 if a pattern costs more). */
  readonly share: number;
  /** '1.36 M' */
  readonly written: string;
  /** '82 %' */
  readonly percent: string;
}

/**
 * A model's cost at a length of T tokens, and its share of the same model with every layer global. Throws InputError if
 * `unpriced`.
 */
export function priceAt(model: ModelSpec, id: CountedId, T: number): Price {
  const { of, write } = counted(id);
  const none = unpriced(model, T);
  check(none === undefined, `there is no price at ${T} tokens: ${none}`);
  const own = of(model, T);
  const share = own / of(allGlobal(model), T);
  return { own, share, written: write(own), percent: percent(share) };
}

/**
 * The finding: a model's share of the all-global cost, at this length and at the longest one.
 * 'At 128 tokens this plan needs 98 % of the FLOPs of all-global layers; at 16,384 tokens, 57 %.'
 */
export function sayPrice(model: ModelSpec, id: 'training' | 'cache', T: number): string {
  const { of } = counted(id);
  const [here, far] = [`${formatInteger(T)} tokens`, `${formatInteger(LONGEST)} tokens`];
  if (model.layers.every(({ pattern }) => pattern === 'global')) {
    const times = formatInteger(of(model, LONGEST) / of(model, T));
    if (T === LONGEST) return 'Every layer is global: this is the full price.';
    return id === 'training'
      ? `Every layer is global: a token costs ${times} times as many FLOPs at ${far} as at ${here}.`
      : `Every layer is global: the cache is ${times} times as large at ${far} as at ${here}.`;
  }
  const share = (at: number) => percent(of(model, at) / of(allGlobal(model), at));
  const now =
    id === 'training'
      ? `At ${here} this plan needs ${share(T)} of the FLOPs of all-global layers`
      : `At ${here} this plan keeps ${share(T)} of the keys and values of all-global layers`;
  // A mask given as rows has no cost for texts longer than its number of rows. The page says so beside the chart, where
  // this model's curve ends.
  return T === LONGEST || unpriced(model, LONGEST)
    ? `${now}.`
    : `${now}; at ${far}, ${share(LONGEST)}.`;
}

/** Small shares keep two digits. */
function percent(share: number): string {
  const value = 100 * share;
  return `${value >= 10 ? Math.round(value) : plain(Number(value.toPrecision(2)))} %`;
}
