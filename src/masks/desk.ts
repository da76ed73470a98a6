/**
 * @file Questions about masks that take longer than a frame, and their answers, as plain data: a worker answers them, and
 * tests ask directly. The last masks are remembered with their rows.
 */
import { maskOf, read } from './expression';
import { differenceOf, pairsOf, type Difference, type Mask } from './mask';
import { painted, readRectangles } from './paint';
import { tileOf, type Tile, type View } from './tile';

/** A mask as it is written. */
export interface Written {
  readonly T: number;
  readonly expression: string;
  readonly paint: string;
}

interface Questions {
  /** With `other`, what that one shows beside it. */
  tile: {
    readonly mask: Written;
    readonly other?: Written;
    readonly view: View;
    readonly pixels: number;
  };
  difference: { readonly mask: Written; readonly other: Written };
}

interface Answered {
  tile: Tile & { readonly other?: Tile['cells'] };
  difference: Difference & { readonly only: number; readonly otherOnly: number };
}

export type Kind = keyof Questions;
export type Question<K extends Kind = Kind> = { [P in K]: { readonly kind: P } & Questions[P] }[K];
export type Answer<K extends Kind = Kind> = Answered[K];

const REMEMBERED = 12;

export class Desk {
  readonly #masks = new Map<string, Mask>();

  answer<K extends Kind>(question: Question<K>): Answer<K> {
    return this.#answer(question as Question) as Answer<K>;
  }

  #answer(question: Question): Answer {
    switch (question.kind) {
      case 'tile': {
        const { mask, other, view, pixels } = question;
        return {
          ...tileOf(this.#mask(mask), view, pixels),
          ...(other && { other: tileOf(this.#mask(other), view, pixels).cells }),
        };
      }
      case 'difference': {
        const [a, b] = [this.#mask(question.mask), this.#mask(question.other)];
        const difference = differenceOf(a, b);
        // a - b + b - a = cells, and what is in both is in each.
        const only = (difference.cells + pairsOf(a) - pairsOf(b)) / 2;
        return { ...difference, only, otherOnly: difference.cells - only };
      }
    }
  }

  #mask({ T, expression, paint }: Written): Mask {
    const key = `${T} ${paint} ${expression}`;
    const known = this.#masks.get(key) ?? made(T, expression, paint);
    this.#masks.delete(key);
    this.#masks.set(key, known);
    if (this.#masks.size > REMEMBERED) this.#masks.delete(this.#masks.keys().next().value!);
    return known;
  }
}

function made(T: number, expression: string, paint: string): Mask {
  const { rectangles } = readRectangles(paint, { queries: T, keys: T });
  return painted(maskOf(read(expression), T), rectangles);
}
