/** @file Masks from elsewhere as documents of the workbench: the nearest expression, and what differs from it as paint. */
import { check } from '../core/check';
import type { ConfigLayers } from './configLayer';
import { layerOf, MOST_LAYERS, type MaskDoc } from './doc';
import { readRows, writeRows } from '../attention/given';
import { maskOf, rowsIn, rowsOf, type Expression } from '../attention/expression';
import type { Recognised } from './foreign/recognise';
import { MOST_TOKENS, type Mask } from '../attention/mask';
import { between, MOST_RECTANGLES, type Rectangle } from './paint';
import type { Bug } from './bug';
import type { Subject } from './subject';

export interface Opened {
  readonly doc: MaskDoc;
  /** What it is, in a sentence or two. */
  readonly says: string;
  /** What else is known: what blocked cells hold, and how the numbers of a file were read. */
  readonly more?: Pick<Subject, 'fill' | 'reading'>;
  /** What it is meant to be, as it is written. */
  readonly meant?: string;
}

/**
 * The cells of `mask` as paint over `base`. A mask of fewer queries than keys stands in the last rows; those before it
 * are as `base` says.
 */
export function paintOver(base: Expression, mask: Mask): readonly Rectangle[] {
  const ahead = mask.keys - mask.queries;
  return between(maskOf(base, mask.keys, mask.queries), mask).map((one) => ({
    ...one,
    query: one.query + ahead,
    toQuery: one.toQuery + ahead,
  }));
}

/** All rows of a mask of fewer queries than keys: those before its first are as `base` says. */
function whole(base: Expression, mask: Mask): Mask {
  const ahead = mask.keys - mask.queries;
  const before = maskOf(base, mask.keys);
  return {
    queries: mask.keys,
    keys: mask.keys,
    row: (q) => (q < ahead ? before.row(q) : mask.row(q - ahead)),
  };
}

/** By the nearest terms and paint; by its rows where that would be too much paint. Throws InputError for too many keys. */
export function docOfRecognised({ mask, nearest, says, fill, polarity }: Recognised): Opened {
  const { keys, queries } = mask;
  check(
    keys >= 2 && keys <= MOST_TOKENS,
    `the mask has ${keys} keys; masks of 2 to ${MOST_TOKENS} can be shown`,
  );
  const paint = paintOver(nearest.expression, mask);
  const asRows = paint.length > MOST_RECTANGLES;
  const part =
    queries < keys ? ` Its ${queries} queries stand in the last rows, as a cache is read.` : '';
  const doubt = polarity.sure
    ? ''
    : ` Which value lets through ${polarity.constant ? 'cannot be known' : 'is a guess'}: ${polarity.because}.`;
  return {
    doc: {
      T: keys,
      layers: [
        asRows
          ? layerOf(rowsOf(writeRows(whole(nearest.expression, mask))))
          : { expression: nearest.expression, paint },
      ],
    },
    says: `${says}${asRows ? ' Its rows are kept as they came.' : ''}${part}${doubt}`,
    more: { ...(fill && { fill }), reading: polarity },
  };
}

/** A bug of the zoo: what was meant, and over it what came of it. */
export function docOfBug({ subject, repaired }: Bug): MaskDoc {
  const T = subject.masks[0]!.keys;
  return {
    T,
    layers: subject.masks.map((mask, layer) => {
      const expression = repaired[layer] ?? repaired[0]!;
      return { expression, paint: paintOver(expression, mask) };
    }),
  };
}

/** Tokens at which a window is seen, and what lies beyond it. */
const tokensFor = (window: number) => Math.min(MOST_TOKENS, Math.max(64, 4 * window));

/** The layers of a released model, at a length that shows its windows. */
export function docOfConfig({ layers }: ConfigLayers): MaskDoc {
  const given = layers.flatMap((one) => rowsIn(one.expression)).map((rows) => readRows(rows).T);
  const widest = Math.max(0, ...layers.map(({ window }) => window ?? 0));
  return {
    T: given.length > 0 ? Math.max(...given) : tokensFor(widest),
    layers: layers.slice(0, MOST_LAYERS).map(({ expression }) => ({ expression, paint: [] })),
  };
}
