/**
 * @file Examines every plane of an opened file, including the heads of a batch: which are alike, and how the others
 * differ. The plane on screen says nothing about the others. A few are examined at a time, so that other questions are
 * answered in between.
 */
import type { Expression } from '../attention/expression';
import { brief, maskOf } from '../attention/expression';
import { differenceOf, type Difference, type Mask } from '../attention/mask';
import { InputError } from '../core/check';
import { declaredOf } from './declared';
import type { Choice, Planar } from './foreign/brought';
import { recognise, type Asked, type Recognised } from './foreign/recognise';
import { lint } from './lint';
import type { Finding, Subject } from './subject';
import { besideItsText } from './ofText';
import { isNear } from './opened';
import { booleanOf, signOf } from './foreign/sign';

/** Planes with the same numbers. */
export interface Alike {
  /** The positions of the planes on each axis; only the first few if there are many. */
  readonly planes: readonly (readonly number[])[];
  readonly count: number;
  /**
   * The nearest pattern as written, and the cells that differ from it; undefined if none is known, or it was
   * refused.
   */
  readonly is?: string;
  readonly off?: Difference;
  /** The comparison with the most common planes; undefined for those planes. */
  readonly apart?: Difference;
  readonly findings: readonly Finding[];
  /** Padding rows that read nothing while the fill is finite: usual in a batch, and reported once for all planes. */
  readonly idle?: Finding;
  /** Whether they are wrong only if they should be like the most common planes. */
  readonly asOthers: boolean;
  /** Why its numbers are not a mask. */
  readonly refused?: string;
}

export interface Planes {
  /** The axes that a plane's position is on. */
  readonly axes: readonly Choice[];
  /** Which of them is open as layers. */
  readonly stack?: number;
  readonly of: number;
  readonly done: number;
  /** Most common first; empty until all have been examined. */
  readonly alike: readonly Alike[];
}

const MAX_NAMED = 12;
/** Cost of judging one group, in cells examined: about a tenth of a second, or more. */
const JUDGED = 1_000_000;
/**
 * Findings that may differ between texts: dead rows and unread keys, other documents, another length, padding that is
 * read.
 */
const OF_TEXTS = ['L1', 'L2', 'L12', 'L14', 'L17'];
/** Findings that may differ between layers: a window that is not applied, and one in the wrong layer. */
const OF_LAYERS = ['L9', 'L10'];

interface Group {
  readonly first: readonly number[];
  readonly planes: (readonly number[])[];
  /** The texts, each in one layer, that its planes belong to. */
  readonly texts: Set<string>;
  count: number;
}

export class Survey {
  readonly of: number;
  #done = 0;
  readonly #groups = new Map<string, Group>();
  /** For a text in one layer, the group all its heads share; undefined if two of them differ. */
  readonly #heads = new Map<string, Group | undefined>();
  #alike: readonly Alike[] = [];
  #judging: Generator<undefined, readonly Alike[]> | undefined;

  constructor(
    private readonly planar: Planar,
    private readonly asked: Asked,
  ) {
    this.of = planar.axes.reduce((all, { count }) => all * count, 1);
  }

  /** Examines about this many more cells, at least one plane. */
  goOn(cells: number): Planes {
    let left = cells;
    while (this.#done < this.of) {
      const picked = this.#place(this.#done++);
      const { sign, size } = this.#signOf(picked);
      left -= size;
      const group = this.#groups.get(sign) ?? {
        first: picked,
        planes: [],
        texts: new Set(),
        count: 0,
      };
      this.#groups.set(sign, group);
      group.count++;
      const text = this.#textOf(picked);
      group.texts.add(text);
      const before = this.#heads.has(text) ? this.#heads.get(text) : group;
      this.#heads.set(text, before === group ? group : undefined);
      if (group.planes.length < MAX_NAMED) group.planes.push(picked);
      if (left <= 0) break;
    }
    // Finding a plane's pattern may take a second: a few at a time, so that other questions are answered in between.
    let judged = this.#alike.length > 0;
    if (this.#done === this.of && !judged) {
      this.#judging ??= this.#judged();
      for (let next = this.#judging.next(); ; next = this.#judging.next()) {
        if (next.done) {
          this.#alike = next.value;
          judged = true;
          break;
        }
        left -= JUDGED;
        if (left <= 0) break;
      }
    }
    const { axes, stack } = this.planar;
    return {
      axes,
      ...(stack !== undefined && { stack }),
      of: this.of,
      done: judged ? this.of : Math.min(this.#done, this.of - 1),
      alike: this.#alike,
    };
  }

  #signOf(picked: readonly number[]): { readonly sign: string; readonly size: number } {
    const { matrix, implied } = this.planar;
    if (!matrix) {
      const { expression, T } = implied!(picked);
      return { sign: `${T} ${brief(expression)}`, size: T };
    }
    const one = matrix(picked);
    const { polarity } = this.asked;
    // For weights and booleans only the mask counts: no two heads have the same numbers.
    const shown = polarity === 'nonzero' || polarity === 'zero' ? booleanOf(one) : one;
    return { sign: signOf(shown), size: one.queries * one.keys };
  }

  #recognised(picked: readonly number[]): Judged {
    const { matrix, implied } = this.planar;
    if (matrix) return recognise(matrix(picked), this.asked);
    const { expression, T, queries = T } = implied!(picked);
    return {
      mask: maskOf(expression, T, queries),
      nearest: { expression, difference: { cells: 0 } },
      known: true,
    };
  }

  #place(index: number): readonly number[] {
    const picked: number[] = [];
    for (const { count } of this.planar.axes.toReversed()) {
      picked.unshift(index % count);
      index = Math.floor(index / count);
    }
    return picked;
  }

  /** A plane's position without its head. */
  #textOf = (picked: readonly number[]): string =>
    picked.filter((_, axis) => this.planar.axes[axis]!.name !== 'head').join();

  /**
   * Whether planes may differ because they belong to different texts of a batch. Only whole texts may: two heads of one
   * text read the same text.
   */
  #differAsTexts = ({ texts }: Group): boolean =>
    this.planar.axes.some(({ name, count }) => name === 'batch' && count > 1) &&
    [...texts].every((text) => this.#heads.get(text) !== undefined);

  /**
   * Intended differences between planes of one file: texts differ in padding and documents, layers in being global or
   * local.
   */
  #may = (code: string, asTexts: boolean): boolean =>
    (this.planar.stack !== undefined && OF_LAYERS.includes(code)) ||
    (asTexts && OF_TEXTS.includes(code));

  *#judged(): Generator<undefined, readonly Alike[]> {
    const groups = [...this.#groups.values()].sort((a, b) => b.count - a.count);
    let common:
      { readonly mask: Mask; readonly expression: Expression; readonly known: boolean } | undefined;
    const alike: Alike[] = [];
    for (const group of groups) {
      if (alike.length > 0) yield;
      const { first, planes, count } = group;
      let recognised: Judged;
      try {
        recognised = this.#recognised(first);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        alike.push({ planes, count, findings: [], asOthers: false, refused: error.message });
        continue;
      }
      const { mask, nearest, known, fill, rounded } = recognised;
      const { expression, difference: off } = nearest;
      const beside = { ...(fill && { fill }), ...(rounded && { rounded }) };
      const all = foundIn(mask, known ? expression : undefined, off, beside);
      const own = all.filter(({ note }) => !note);
      const idle = all.find(({ code, note }) => note && code === 'L8');
      const comparable = common?.mask.keys === mask.keys && common.mask.queries === mask.queries;
      // Texts of a batch are independent: none is wrong for differing from another.
      const asTexts = this.#differAsTexts(group);
      const others =
        common?.known &&
        comparable &&
        own.length === 0 &&
        this.planar.matrix &&
        !(
          asTexts &&
          besideItsText(common.expression, mask.keys) === besideItsText(expression, mask.keys)
        )
          ? foundIn(mask, common.expression, undefined, beside).filter(
              ({ code, note }) => !note && !this.#may(code, asTexts),
            )
          : [];
      const apart = common && comparable ? differenceOf(mask, common.mask) : undefined;
      common ??= { mask, expression, known };
      alike.push({
        planes,
        count,
        ...(known && { is: brief(expression), off }),
        ...(apart && { apart }),
        findings: own.length > 0 ? own : others,
        ...(idle && { idle }),
        asOthers: own.length === 0 && others.length > 0,
      });
    }
    return alike;
  }
}

type Judged = Pick<Recognised, 'mask' | 'nearest' | 'known' | 'fill' | 'rounded'>;

/** Checked against a pattern if one is known, and cell by cell if it is close to the pattern. */
const foundIn = (
  mask: Mask,
  expression: Expression | undefined,
  off: Difference | undefined,
  beside: Pick<Subject, 'fill' | 'rounded'>,
): readonly Finding[] =>
  lint({
    ...(expression && {
      ...(off &&
        off.cells > 0 &&
        isNear(off.cells, mask) && {
          meant: [maskOf(expression, mask.keys, mask.queries)],
          meantIs: brief(expression),
        }),
      expressions: [expression],
    }),
    masks: [mask],
    declared: expression ? declaredOf(expression, mask.keys) : {},
    ...beside,
  });
