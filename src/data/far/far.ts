/**
 * @file The value of reading far in a text, counted before anything is trained.
 *
 * A character model of order 6 represents reading nearby. Mixed with a copier that sees the last `reach` characters, it represents a model of local layers; with one that sees `context` characters, a model that reads everything. Only copying is counted, not topic or style, so this is a lower bound; a small negative value is the cost of its wrong matches.
 */
import { check } from '../../core/check';
import { documentsOf, type CorpusDocument, type Corpus, type Split } from '../corpus';
import type { Ids, Letters } from '../vocabulary';
import { Copier } from './copier';
import { Counts } from './counts';

/** Mean losses in nats per held-out character. */
export interface Far {
  readonly base: number; // order 6 alone
  readonly near: number; // and copying from the last `reach` characters
  readonly far: number; // and copying from the last `context` characters
  /** (near − far) / near: the share of the loss that copying from beyond the reach saves. */
  readonly gain: number;
}

/** The loss for each history length of a copier, in nats per held-out character. */
export interface FarCurve {
  readonly base: number;
  readonly histories: readonly number[]; // characters, ascending
  readonly losses: readonly number[]; // one per history
  readonly characters: number; // held out
}

const BLOCK = 1000; // characters; blocks of this length are assumed independent

/**
 * The gain counted on whole documents; `error` is one standard error of the gain, from the spread over blocks of the
 * held-out text.
 */
export function farOf(
  train: readonly Ids[],
  held: readonly Ids[],
  reach: number,
  context: number,
  V?: number,
): Far & { readonly error: number } {
  const near = Math.min(reach, context);
  const { base, losses, blocks } = lossesOf(train, held, [near, context], V);
  const [a, b] = [losses[0]!, losses[1]!];
  return { base, near: a, far: b, gain: (a - b) / a, error: errorOf(blocks[0]!, blocks[1]!) / a };
}

export function curveOf(
  train: readonly Ids[],
  held: readonly Ids[],
  histories: readonly number[],
): FarCurve {
  const { base, losses, characters } = lossesOf(train, held, histories);
  return { base, histories, losses, characters };
}

function lossesOf(
  train: readonly Ids[],
  held: readonly Ids[],
  histories: readonly number[],
  V?: number,
) {
  for (const [i, history] of histories.entries()) {
    check(
      Number.isSafeInteger(history) && history >= Math.max(1, histories[i - 1] ?? 1),
      `the histories are ${histories.join(', ')}; they should be whole numbers of characters, 1 or more, ascending`,
    );
  }
  const characters = held.reduce((sum, ids) => sum + ids.length, 0);
  check(characters > 0, 'nothing is held out; the text should have at least 1 held-out character');
  const counts = new Counts(train, V);
  const copier = new Copier(histories);
  const blocks = histories.map(() => new Float64Array(Math.ceil(characters / BLOCK)));
  let [read, base] = [0, 0];
  for (const ids of held) {
    const probabilities = counts.probabilities(ids);
    for (const p of probabilities) base -= Math.log(p);
    copier.read(ids, probabilities, (h, i, p) => {
      blocks[h]![Math.floor((read + i) / BLOCK)]! -= Math.log(p);
    });
    read += ids.length;
  }
  const losses = blocks.map((block) => block.reduce((a, b) => a + b, 0) / characters);
  return { base: base / characters, losses, blocks, characters };
}

/** One standard error of the mean difference per character, from its spread over blocks. */
function errorOf(a: Float64Array, b: Float64Array): number {
  const differences = Array.from(a, (loss, i) => (loss - b[i]!) / BLOCK);
  const n = differences.length;
  if (n < 2) return Infinity;
  const mean = differences.reduce((sum, x) => sum + x, 0) / n;
  const variance = differences.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1);
  return Math.sqrt(variance / n);
}

/**
 * Documents of a split, evenly spread over it, `most` characters in total if it has that many; one of them may be cut.
 * The same for the same corpus.
 */
export function sampleOf(corpus: Corpus, split: Split, most = Infinity): readonly Ids[] {
  const documents = documentsOf(corpus, split);
  const all = documents.reduce((sum, { start, end }) => sum + end - start, 0);
  const wanted = Math.min(most, all);
  const step = all / wanted; // one of this many characters is taken
  const taken = new Map<number, number>(); // characters taken, by the start of their document
  let [passed, had] = [0, 0];
  const take = ({ start, end }: CorpusDocument) => {
    const length = Math.min(wanted - had, end - start);
    if (length > 0) taken.set(start, length);
    had += length;
  };
  for (const document of documents) {
    // Take a document if the characters taken so far are less than their share of the characters passed so far.
    if (had <= passed / step) take(document);
    passed += document.end - document.start;
  }
  // If short documents precede long ones, room remains: fill it.
  for (const document of documents) if (!taken.has(document.start)) take(document);
  return documents.flatMap(({ start }) => {
    const length = taken.get(start);
    return length === undefined ? [] : [corpus.ids.subarray(start, start + length)];
  });
}

/** The length of the sample that is counted while the user waits: about a second. */
const SAMPLE = { train: 500_000, validation: 30_000 }; // characters

/** For a text that was not counted before: from a sample of it, with its error. */
export function farOfSample(corpus: Corpus, reach: number, context: number, { size }: Letters) {
  const { train, validation } = SAMPLE;
  const held = sampleOf(corpus, 'validation', validation);
  const characters = held.reduce((sum, ids) => sum + ids.length, 0);
  return { characters, ...farOf(sampleOf(corpus, 'train', train), held, reach, context, size) };
}
