/**
 * @file The patterns a foreign mask is compared with, plain ones first: how each is written, and from which starting
 * points its parameters are fitted.
 */
import { and, not, or, term, type Expression } from '../../attention/expression';
import type { Mask } from '../../attention/mask';
import { estimateApart } from './apart';
import type { Dial } from './fit';
import { strideOf } from './places';
import {
  beginsOf,
  blocksIn,
  chunksOf,
  fullRows,
  spansOf,
  TINY,
  windowsOf,
  type Padding,
} from './traces';
import { treeOf } from './treeOf';

export interface Numbers extends Padding {
  readonly window: number;
  readonly ahead: number;
  readonly sink: number;
  readonly prefix: number;
  readonly chunk: number;
  readonly step: number;
  readonly begins: readonly number[]; // of documents
  readonly tokens: readonly number[]; // that are global
  readonly before: number; // chunks to the left of the query's own
  readonly tree: readonly number[]; // where it begins, then parents
  readonly blocks: readonly number[]; // where further ones begin
  readonly spans: readonly (readonly [from: number, to: number])[];
}

export interface Family {
  /** What is fitted, in this order. */
  readonly dials: readonly (Dial | 'begins' | 'tokens')[];
  /** Starting points, each fitted separately; empty if the mask shows no sign of the family. */
  starts?(mask: Mask, padding: Padding): readonly Partial<Numbers>[];
  /** Tried first for long masks: covers whatever differs from plain text in only a few cells. */
  readonly plain?: boolean;
  /** Fast enough to try on a mask with very many runs, which is stripes or noise. */
  readonly quick?: boolean;
  /** Lets every query read every key. */
  readonly all?: boolean;
  /** Treats every query alike, whatever its position. */
  readonly placeless?: boolean;
  write(numbers: Numbers, keys: number): Expression;
}

const MAX_SIZES = 4;
/** Chunks to the left of the query's own that are tried. */
const MAX_BEFORE = 4;

export const causal = term('causal');
export const everything = or(causal, term('ahead', 1));
const documents = ({ begins }: Numbers) => term('documents', ...begins);

const also = (expression: Expression, more: Expression): Expression =>
  expression.kind === 'and' ? and(...expression.of, more) : and(expression, more);

/** The pattern with padded keys blocked. */
export const padded = (expression: Expression, { left, right }: Padding): Expression =>
  left + right === 0 ? expression : also(expression, not(term('padding', left, right)));

/** A window in both directions; a side that reaches every key is left out. */
function bothSides({ window, ahead }: Numbers, keys: number): Expression {
  const before = window < keys ? term('window', window) : undefined;
  const after = ahead === 1 ? causal : ahead < keys ? not(term('ahead', ahead)) : undefined;
  if (before && after) return ahead === 1 ? and(after, before) : and(before, after);
  return before ?? after ?? everything;
}

const chunk = ({ chunk }: Pick<Numbers, 'chunk'>) => term('chunk', chunk);
/** Block diffusion, video, streaming speech: everything before, and the query's own block to its end. */
const blockCausal = (found: Pick<Numbers, 'chunk'>) => or(causal, chunk(found));
const spans = ({ spans: all }: Numbers) => all.map(([from, to]) => term('span', from, to));
const causalChunk = (found: Pick<Numbers, 'chunk'>) => and(causal, chunk(found));

/** The few candidates nearest to the mask, before padding is fitted to each. */
const nearestFew = <N extends Partial<Numbers>>(
  mask: Mask,
  padding: Padding,
  all: readonly N[],
  written: (found: N) => Expression,
): readonly N[] =>
  all
    .map((start) => ({ start, cells: estimateApart(mask, padded(written(start), padding)) }))
    .sort((a, b) => a.cells - b.cells)
    .slice(0, MAX_SIZES)
    .map(({ start }) => start);

/** Leaves out chunk sizes with only one border in the text, which is more likely the start of a document. */
const seenTwice = (mask: Mask, sizes: readonly { readonly chunk: number }[]) =>
  mask.keys > TINY ? sizes.filter(({ chunk: size }) => 2 * size < mask.keys) : sizes;

const sizesOf = (mask: Mask, padding: Padding) =>
  chunksOf(mask, padding).map((size) => ({ chunk: size }));

const inChunks =
  (written: (found: Pick<Numbers, 'chunk'>) => Expression): NonNullable<Family['starts']> =>
  (mask, padding) => {
    const sizes = sizesOf(mask, padding);
    return nearestFew(
      mask,
      padding,
      written === blockCausal ? sizes : seenTwice(mask, sizes),
      written,
    );
  };

const toTheLeft = ({ chunk: size, before }: Pick<Numbers, 'chunk' | 'before'>) =>
  term('chunks', size, before);

const inChunksToTheLeft: Family['starts'] = (mask, padding) => {
  const all = sizesOf(mask, padding).flatMap((size) =>
    Array.from({ length: MAX_BEFORE }, (_, i) => ({ ...size, before: i + 1 })),
  );
  return nearestFew(mask, padding, all, toTheLeft);
};

const inSpans: Family['starts'] = (mask) => {
  const found = spansOf(mask);
  return found.length > 0 ? [{ spans: found }] : [];
};

/** Blocks that start again in each document, or have any lengths. */
const inBlocks: Family['starts'] = (mask, padding) => {
  const found = blocksIn(mask, padding);
  return found ? [{ blocks: found.ends, begins: found.begins }] : [];
};
const blockwise = ({ blocks }: Numbers) => or(causal, term('documents', ...blocks));

const inTree: Family['starts'] = (mask) => {
  const found = treeOf(mask);
  return found ? [{ tree: found }] : [];
};

const inDocuments: Family['starts'] = (mask, padding) => {
  const begins = beginsOf(mask, padding);
  return begins.length > 0 ? [{ begins }] : [];
};

export const FAMILIES: readonly Family[] = [
  { all: true, plain: true, quick: true, placeless: true, dials: [], write: () => everything },
  { plain: true, quick: true, dials: [], write: () => causal },
  {
    plain: true,
    quick: true,
    dials: [],
    starts: inTree,
    write: ({ tree }) => and(causal, term('tree', ...tree)),
  },
  { quick: true, placeless: true, dials: [], write: () => not(everything) },
  {
    plain: true,
    quick: true,
    dials: ['window'],
    write: ({ window }) => and(causal, term('window', window)),
  },
  { dials: [], starts: inChunks(causalChunk), write: causalChunk },
  { dials: [], starts: inChunks(chunk), write: chunk },
  { plain: true, dials: [], starts: inChunks(blockCausal), write: blockCausal },
  {
    dials: ['begins'],
    starts: inChunks(blockCausal),
    write: (found) => and(blockCausal(found), documents(found)),
  },
  {
    dials: [],
    starts: inChunksToTheLeft,
    write: toTheLeft,
  },
  {
    plain: true,
    dials: [],
    starts: inSpans,
    write: (found) => or(causal, ...spans(found)),
  },
  {
    dials: ['begins'],
    starts: inSpans,
    write: (found) => and(or(causal, ...spans(found)), documents(found)),
  },
  {
    dials: ['begins'],
    starts: inBlocks,
    write: (found) => and(blockwise(found), documents(found)),
  },
  {
    dials: [],
    starts: inBlocks,
    write: (found) => blockwise(found),
  },
  {
    dials: ['window'],
    starts: inSpans,
    write: (found) => or(and(causal, term('window', found.window)), ...spans(found)),
  },
  {
    plain: true,
    dials: ['prefix'],
    write: ({ prefix }) => or(causal, term('prefix', prefix)),
  },
  { quick: true, dials: ['window', 'ahead'], write: bothSides },
  { dials: ['begins'], starts: inDocuments, write: (found) => and(causal, documents(found)) },
  { dials: ['begins'], starts: inDocuments, write: documents },
  {
    dials: ['sink', 'window'],
    starts: (mask, padding) => windowsOf(mask, padding).map((window) => ({ window })),
    write: ({ window, sink }) => and(causal, or(term('window', window), term('sink', sink))),
  },
  {
    quick: true,
    dials: [],
    starts: (mask, padding) => [strideOf(mask, padded(causal, padding))],
    write: ({ window, step }) =>
      window === 1
        ? and(causal, term('dilated', step))
        : and(causal, or(term('window', window), term('dilated', step))),
  },
  {
    dials: ['window', 'begins'],
    starts: inDocuments,
    write: (found) => and(causal, term('window', found.window), documents(found)),
  },
  {
    dials: ['window', 'ahead', 'begins'],
    starts: inDocuments,
    write: (found, keys) => also(bothSides(found, keys), documents(found)),
  },
  {
    dials: ['window', 'ahead', 'tokens'],
    starts: (mask, padding) => [{}, { tokens: fullRows(mask, padding) }],
    write: (found, keys) => or(bothSides(found, keys), term('global', ...found.tokens)),
  },
];
