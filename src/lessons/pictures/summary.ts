/**
 * @file What a summary keeps and loses: one query over a few tokens of small seeded vectors, read exactly and through
 * the approximate pattern (our reconstruction of LGA, design section 1), and how much the two outputs differ.
 */
import type { PatternSpec } from '../../attention/pattern';
import { readsOf } from '../../attention/reads';
import { random } from '../../core/random';
import { fixed } from '../../core/numbers';

export interface Vectors {
  readonly T: number;
  readonly d: number;
  readonly q: Float64Array; // [T, d]
  readonly k: Float64Array; // [T, d]
  readonly v: Float64Array; // [T, d]
}

export interface Reading {
  readonly window: number; // W, itself included
  readonly chunk: number; // C
  readonly query: number;
  /** A summary's score is raised by the logarithm of its number of tokens. */
  readonly logC: boolean;
  /**
   * Deliberately wrong: the query's own chunk is summarised before it is complete, so the summary contains the future.
   */
  readonly leak: boolean;
}

/** One item the query reads: tokens `from` … `to`, both included, individually or as one summary. */
interface Entry {
  readonly kind: 'token' | 'summary' | 'leak';
  readonly from: number;
  readonly to: number;
  readonly weight: number;
}

export interface SummaryPicture {
  readonly exact: Float64Array; // [T] weights
  readonly entries: readonly Entry[];
  /** The weights per token: a summary's weight divided equally among its tokens. */
  readonly spread: Float64Array; // [T]
  /** Length of the difference between the outputs, divided by the length of the exact one. */
  readonly error: number;
  /** Weight on summaries, and the weight of the same tokens when read exactly. */
  readonly onSummaries: number;
  readonly exactThere: number;
  /** Tokens after the query that affect its output, from, to; undefined if there are none. */
  readonly future: readonly [number, number] | undefined;
}

/** Scores of a trained head are further apart than those of random vectors, so queries are made this much longer. */
const SHARPNESS = 2;

/** Random vectors; in `alike` chunks all keys and values equal those of the first token. */
export function vectorsOf(
  seed: number,
  { T, d, alike = 0 }: { readonly T: number; readonly d: number; readonly alike?: number },
): Vectors {
  const fill = (name: string, scale: number) => {
    const { normal } = random(seed, 'summary', name);
    return Float64Array.from({ length: T * d }, () => scale * normal());
  };
  const chunked = (of: Float64Array) =>
    alike > 1 ? of.map((_, i) => of[Math.floor(i / d / alike) * alike * d + (i % d)]!) : of;
  return {
    T,
    d,
    q: fill('q', SHARPNESS),
    k: chunked(fill('k', 1)),
    v: chunked(fill('v', 1)),
  };
}

const specOf = ({ window, chunk }: Pick<Reading, 'window' | 'chunk'>): PatternSpec => ({
  pattern: 'approximate',
  params: { window, chunk },
});

/** The items that the query reads, without weights: summaries first, then tokens. */
function unweighed({ query, leak, ...of }: Reading, T: number): readonly Omit<Entry, 'weight'>[] {
  const C = of.chunk;
  const read = readsOf(specOf(of), query, T);
  const first = read.exact[0]!;
  const own = C * Math.floor(query / C);
  const summaries = Array.from({ length: read.summaries }, (_, c) => ({
    kind: 'summary' as const,
    from: c * C,
    to: (c + 1) * C - 1,
  }));
  const unfinished = leak && query + 1 < Math.min(T, own + C);
  return [
    ...summaries,
    ...(unfinished ? [{ kind: 'leak' as const, from: own, to: Math.min(T, own + C) - 1 }] : []),
    ...Array.from({ length: query - first + 1 }, (_, i) => ({
      kind: 'token' as const,
      from: first + i,
      to: first + i,
    })),
  ];
}

export function summaryOf(vectors: Vectors, reading: Reading): SummaryPicture {
  const { T, d, q, k, v } = vectors;
  const { query, logC } = reading;
  const scoreOf = (key: Float64Array) => {
    let dot = 0;
    for (let i = 0; i < d; i++) dot += q[query * d + i]! * key[i]!;
    return dot / Math.sqrt(d);
  };
  const exact = new Float64Array(T);
  const all = Array.from({ length: query + 1 }, (_, t) => ({ from: t, to: t }));
  exact.set(softmax(all.map((one) => scoreOf(meanOf(k, d, one)))));

  const reads = unweighed(reading, T);
  const weights = softmax(
    reads.map((one) => {
      const tokens = one.to - one.from + 1;
      return scoreOf(meanOf(k, d, one)) + (logC ? Math.log(tokens) : 0);
    }),
  );
  const entries = reads.map((one, i): Entry => ({ ...one, weight: weights[i]! }));

  const spread = new Float64Array(T);
  for (const { from, to, weight } of entries)
    for (let t = from; t <= to; t++) spread[t]! += weight / (to - from + 1);

  const output = (weighed: readonly { from: number; to: number; weight: number }[]) => {
    const sum = new Float64Array(d);
    for (const one of weighed)
      meanOf(v, d, one).forEach((value, i) => (sum[i]! += one.weight * value));
    return sum;
  };
  const right = output(all.map((one) => ({ ...one, weight: exact[one.from]! })));
  const given = output(entries);
  const leaked = entries.find(({ kind }) => kind === 'leak');
  const weightOf = (found: readonly Entry[]) => found.reduce((sum, { weight }) => sum + weight, 0);
  const summaries = entries.filter(({ kind }) => kind === 'summary');
  const seen = summaries.at(-1)?.to ?? -1;
  return {
    exact,
    entries,
    spread,
    error: length(given.map((value, i) => value - right[i]!)) / length(right),
    onSummaries: weightOf(entries.filter(({ kind }) => kind !== 'token')),
    exactThere: exact.subarray(0, seen + 1).reduce((a, b) => a + b, 0),
    future: leaked && [query + 1, leaked.to],
  };
}

/** The output vector itself, for tests of what depends on what. */
export function outputOf({ d, v }: Vectors, { entries }: Pick<SummaryPicture, 'entries'>) {
  const sum = new Float64Array(d);
  for (const one of entries)
    meanOf(v, d, one).forEach((value, i) => (sum[i]! += one.weight * value));
  return sum;
}

/** Mean of the rows `from` … `to`. */
function meanOf(
  rows: Float64Array,
  d: number,
  { from, to }: { readonly from: number; readonly to: number },
): Float64Array {
  const mean = new Float64Array(d);
  for (let t = from; t <= to; t++)
    for (let i = 0; i < d; i++) mean[i]! += rows[t * d + i]! / (to - from + 1);
  return mean;
}

function softmax(scores: readonly number[]): readonly number[] {
  const most = Math.max(...scores);
  const parts = scores.map((score) => Math.exp(score - most));
  const sum = parts.reduce((a, b) => a + b, 0);
  return parts.map((part) => part / sum);
}

const length = (of: Float64Array) => Math.sqrt(of.reduce((sum, x) => sum + x * x, 0));

/** 'Query 19 reads tokens 12 to 19 exactly and 3 summaries of 4 tokens; …' */
export function saySummary(
  { query, chunk }: Reading,
  { entries, error, onSummaries, exactThere, future }: SummaryPicture,
): string {
  const tokens = entries.filter(({ kind }) => kind === 'token');
  const summaries = entries.filter(({ kind }) => kind === 'summary').length;
  const [from, to] = [tokens[0]!.from, tokens.at(-1)!.to];
  const exactly = `Query ${query} reads ${from === to ? `token ${to}` : `tokens ${from} to ${to}`} exactly`;
  const rest =
    summaries === 0
      ? ' and no summary'
      : ` and ${summaries} ${summaries === 1 ? 'summary' : 'summaries'} of ${chunk} ${chunk === 1 ? 'token' : 'tokens'}, which ${summaries === 1 ? 'gets' : 'get'} ${percent(onSummaries)} of the weight (read exactly, those tokens would get ${percent(exactThere)})`;
  const leaks = future
    ? ` The unfinished chunk lets in ${future[0] === future[1] ? `token ${future[0]}, which comes` : `tokens ${future[0]} to ${future[1]}, which come`} after the query.`
    : '';
  return `${exactly}${rest}. Its output is ${sayError(error)}.${leaks}`;
}

/** Rounding is not an error. */
const sayError = (error: number): string =>
  error < 1e-9 ? 'the exact one' : `${percent(error)} away from the exact one`;

export const percent = (share: number): string =>
  share > 0 && share < 0.001 ? 'less than 0.1 %' : `${fixed(100 * share, share < 0.1 ? 1 : 0)} %`;
