/** @file Masks from elsewhere as documents of the workbench: the nearest expression, with the differences as paint. */
import { check } from '../core/check';
import type { ConfigLayers } from './configLayer';
import { layerOf, MAX_LAYERS, type MaskDoc } from './doc';
import { readRows } from '../attention/given';
import { writeRows } from '../attention/writeRows';
import { brief, maskOf, rowsIn, rowsOf, type Expression } from '../attention/expression';
import type { Recognised } from './foreign/recognise';
import { MAX_TOKENS, positionOf, type Mask } from '../attention/mask';
import { between, MAX_RECTANGLES, type Rectangle } from './paint';
import type { Bug } from './bug';
import type { Reading } from './reading';
import type { Declared, Subject } from './subject';
import { writeStack } from './stackText';
import type { Implied } from './foreign/impliedTerms';

export interface Opened {
  readonly doc: MaskDoc;
  /** What it is, in a sentence or two. */
  readonly says: string;
  /** What else is known: the number in blocked cells, and how the numbers of a file were read. */
  readonly more?: Pick<Subject, 'cross' | 'fill' | 'implied' | 'ran' | 'reading' | 'rounded'> & {
    readonly declared?: Declared;
  };
  /** How the numbers of each layer were read; missing for lists of tokens, which are not masks. */
  readonly readings?: readonly Reading[];
  /** Other patterns it fits equally, as written: a single row cannot decide between them. */
  readonly fits?: readonly string[];
  /** The intended mask, as written. */
  readonly meant?: string;
}

/** Paint that turns `base` into `mask`. */
const paintOver = (base: Expression, mask: Mask): readonly Rectangle[] =>
  between(maskOf(base, mask.keys, mask.queries), mask);

/** Whether a query reads a key after its own position. A decoder’s cache does not have that key yet. */
function readsLater(mask: Mask): boolean {
  for (let q = 0; q < mask.queries; q++)
    if ((mask.row(q).at(-1) ?? 0) > positionOf(mask, q) + 1) return true;
  return false;
}

/** How the rows of a mask relate to its keys, if there are not as many. */
function sayRows(mask: Mask): string {
  const { queries, keys } = mask;
  if (queries === keys) return '';
  if (queries > keys)
    return ` It has ${queries} queries and ${keys} keys, so they are of two sequences (cross-attention).`;
  return queries === 1
    ? ` Its one query is at position ${keys - 1}, the last of ${keys} keys.`
    : ` Its ${queries} queries are at positions ${keys - queries} to ${keys - 1} of ${keys} keys, as a cache is read${readsLater(mask) ? '; a guess, since some of them read later keys. If queries and keys are of two sequences (cross-attention), statements about positions do not apply' : ''}.`;
}

/** Whether the mask differs from a pattern, but is certainly meant as it: in up to one cell in 16. */
export const isNear = (cells: number, { queries, keys }: Mask): boolean =>
  cells > 0 && 16 * cells <= queries * keys;

/**
 * The mask as the nearest terms with painted cells, or as rows if too many cells would be painted. Throws InputError
 * for too many keys.
 */
export function docOfRecognised({
  mask,
  nearest,
  known,
  says,
  fill,
  polarity,
  fits,
  rounded,
}: Recognised): Opened {
  const { keys, queries } = mask;
  check(
    keys >= 2 && keys <= MAX_TOKENS,
    `the mask has ${keys} keys; masks of 2 to ${MAX_TOKENS} can be shown`,
  );
  const paint = known ? paintOver(nearest.expression, mask) : [];
  const asRows = !known || paint.length > MAX_RECTANGLES;
  const doubt = polarity.sure
    ? ''
    : ` Which value lets through ${polarity.constant ? 'cannot be known' : 'is a guess'}: ${polarity.because}.`;
  return {
    doc: {
      T: keys,
      ...(queries !== keys && { queries }),
      layers: [
        asRows ? layerOf(rowsOf(writeRows(mask))) : { expression: nearest.expression, paint },
      ],
    },
    says: `${says}${asRows ? ' Its rows are kept as they came.' : ''}${sayRows(mask)}${doubt}`,
    more: { ...(fill && { fill }), ...(rounded && { rounded }), reading: polarity },
    readings: [polarity],
    ...(fits && { fits: fits.map(brief) }),
    // So that the cells that differ can be shown, counted and found one by one.
    ...(known && isNear(nearest.difference.cells, mask) && { meant: brief(nearest.expression) }),
  };
}

/** Layers of one file, each with its mask, and a description of each run of equal layers. */
export function docOfStack(layers: readonly Recognised[]): Opened {
  const opened = layers.map((one) => docOfRecognised(one));
  const [first] = opened;
  const words = opened.map(({ says }) => says);
  const stretches: { from: number; to: number; says: string }[] = [];
  words.forEach((says, layer) => {
    const last = stretches.at(-1);
    if (last?.says === says) last.to = layer;
    else stretches.push({ from: layer, to: layer, says });
  });
  const said =
    stretches.length === 1
      ? `All ${layers.length} layers are the same mask, cell by cell. ${words[0]}`
      : `A stack of ${layers.length} layers. ${stretches
          .slice(0, MAX_LISTED)
          .map(
            ({ from, to, says }) =>
              `${from === to ? `Layer ${from + 1}` : `Layers ${from + 1} to ${to + 1}`}: ${says}`,
          )
          .join(' ')}${stretches.length > MAX_LISTED ? ' …' : ''}`;
  const near = opened.some(({ meant }) => meant !== undefined);
  return {
    doc: { ...first!.doc, layers: opened.map(({ doc }) => doc.layers[0]!) },
    says: said,
    ...(first!.more && { more: first!.more }),
    readings: layers.map(({ polarity }) => polarity),
    ...(near && {
      meant: writeStack(
        layers.map(({ nearest, known }, l) =>
          known ? nearest.expression : opened[l]!.doc.layers[0]!.expression,
        ),
      ),
    }),
  };
}

/** Maximum runs of equal layers that are listed. */
const MAX_LISTED = 6;

/** The mask that lists of tokens imply. */
export const docOfImplied = ({ T, queries = T, expression, says, padding }: Implied): Opened => ({
  doc: { T, ...(queries !== T && { queries }), layers: [layerOf(expression)] },
  says: `${says} It is ${brief(expression)}.`,
  more: {
    implied: true,
    ...(padding && { declared: { start: padding.left, length: T - padding.right } }),
  },
});

/** A bug of the zoo: the intended mask, with what it became painted over. */
export function docOfBug({ subject, repaired }: Bug): MaskDoc {
  const { keys: T, queries } = subject.masks[0]!;
  return {
    T,
    ...(queries !== T && { queries }),
    layers: subject.masks.map((mask, layer) => {
      const expression = repaired[layer] ?? repaired[0]!;
      return { expression, paint: paintOver(expression, mask) };
    }),
  };
}

/** Enough tokens to show a window, and the keys beyond it. */
export const tokensFor = (window: number) => Math.min(MAX_TOKENS, Math.max(64, 4 * window));

/**
 * Clearly not a square. With more rows than columns, the rows are not taken for positions of the same text; fewer rows
 * are a step of decoding everywhere on the page.
 */
const WRITTEN = 64;
const OF_SOURCE = 48;

/**
 * The layers of a released model, at a length that shows its windows; for cross-attention, generated tokens by source
 * tokens.
 */
export function docOfConfig({ layers, part }: ConfigLayers): MaskDoc {
  const given = layers.flatMap((one) => rowsIn(one.expression)).map((rows) => readRows(rows).T);
  const widest = Math.max(0, ...layers.map(({ window }) => window ?? 0));
  if (part === 'cross')
    return {
      T: OF_SOURCE,
      queries: WRITTEN,
      layers: layers.slice(0, MAX_LAYERS).map(({ expression }) => layerOf(expression)),
    };
  return {
    T: given.length > 0 ? Math.max(...given) : tokensFor(widest),
    layers: layers.slice(0, MAX_LAYERS).map(({ expression }) => ({ expression, paint: [] })),
  };
}
