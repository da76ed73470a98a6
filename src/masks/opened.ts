/** @file Masks from elsewhere as documents of the workbench: the nearest expression, and what differs from it as paint. */
import { check } from '../core/check';
import type { ConfigLayers } from './configLayer';
import { MOST_LAYERS, type MaskDoc } from './doc';
import { maskOf, write, type Expression } from '../attention/expression';
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

/** Throws InputError where the mask has too little of a pattern to be kept by terms and paint. */
export function docOfRecognised({ mask, nearest, says, fill, polarity }: Recognised): Opened {
  const { keys, queries } = mask;
  check(
    keys >= 2 && keys <= MOST_TOKENS,
    `the mask has ${keys} keys; masks of 2 to ${MOST_TOKENS} can be shown`,
  );
  const paint = paintOver(nearest.expression, mask);
  check(
    paint.length <= MOST_RECTANGLES,
    `the mask is nearest to ${write(nearest.expression)} and differs from it in ${nearest.difference.cells} cells, ${paint.length} rectangles; ${MOST_RECTANGLES} are kept, so open a smaller part of it`,
  );
  const part =
    queries < keys ? ` Its ${queries} queries stand in the last rows, as a cache is read.` : '';
  const doubt = polarity.sure
    ? ''
    : ` Which value lets through ${polarity.constant ? 'cannot be known' : 'is a guess'}: ${polarity.because}.`;
  return {
    doc: { T: keys, layers: [{ expression: nearest.expression, paint }] },
    says: `${says}${part}${doubt}`,
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
  const widest = Math.max(0, ...layers.map(({ window }) => window ?? 0));
  return {
    T: tokensFor(widest),
    layers: layers.slice(0, MOST_LAYERS).map(({ expression }) => ({ expression, paint: [] })),
  };
}
