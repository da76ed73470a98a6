/**
 * @file Every plane of an opened file, the heads of a batch among them: which are alike, which differ and in what. One on
 * the screen says nothing of the others. They are looked at a few at a time, so that other questions are answered between.
 */
import type { Expression } from '../attention/expression';
import { brief } from '../attention/expression';
import { differenceOf, type Difference, type Mask } from '../attention/mask';
import { InputError } from '../core/check';
import { declaredOf } from './declared';
import type { Foreign, Matrix } from './foreign/matrix';
import { recognise, type Asked } from './foreign/recognise';
import { lint, type Finding } from './lint';

/** Planes with the same numbers. */
export interface Alike {
  /** One place on each axis, of every plane; the first few of many. */
  readonly planes: readonly (readonly number[])[];
  readonly count: number;
  /** The nearest pattern as it is written, and the cells in which it differs; undefined where it was refused. */
  readonly is?: string;
  readonly off?: Difference;
  /** Against the commonest planes; undefined in themselves. */
  readonly apart?: Difference;
  readonly findings: readonly Finding[];
  /** Whether they are wrong only if they are meant as the commonest planes. */
  readonly asOthers: boolean;
  /** Why its numbers are no mask. */
  readonly refused?: string;
}

export interface Planes {
  readonly of: number;
  readonly done: number;
  /** The commonest first; empty until all were looked at. */
  readonly alike: readonly Alike[];
}

const MOST_NAMED = 12;

interface Group {
  readonly first: readonly number[];
  readonly planes: (readonly number[])[];
  count: number;
}

/** Planes a file has: places on its axes, multiplied. A list of tensors is no axis, and has to be chosen from. */
export const planesOf = ({ choices }: Foreign): number =>
  choices.some(({ labels, count }) => labels !== undefined && count > 1)
    ? 1
    : choices.reduce((all, { count }) => all * count, 1);

export class Survey {
  readonly of: number;
  #done = 0;
  readonly #groups = new Map<string, Group>();
  #alike: readonly Alike[] = [];

  constructor(
    private readonly foreign: Foreign,
    private readonly asked: Asked,
  ) {
    this.of = planesOf(foreign);
  }

  /** Looks on for about so long, at one plane at least. */
  goOn(milliseconds: number): Planes {
    const until = performance.now() + milliseconds;
    while (this.#done < this.of) {
      const picked = this.#place(this.#done++);
      const sign = signOf(this.foreign.matrix(picked));
      const group = this.#groups.get(sign) ?? { first: picked, planes: [], count: 0 };
      this.#groups.set(sign, group);
      group.count++;
      if (group.planes.length < MOST_NAMED) group.planes.push(picked);
      if (this.#done === this.of) this.#alike = this.#judged();
      else if (performance.now() > until) break;
    }
    return { of: this.of, done: this.#done, alike: this.#alike };
  }

  #place(index: number): readonly number[] {
    const picked: number[] = [];
    for (const { count } of this.foreign.choices.toReversed()) {
      picked.unshift(index % count);
      index = Math.floor(index / count);
    }
    return picked;
  }

  #judged(): readonly Alike[] {
    const groups = [...this.#groups.values()].sort((a, b) => b.count - a.count);
    let common: { readonly mask: Mask; readonly expression: Expression } | undefined;
    return groups.map(({ first, planes, count }): Alike => {
      let recognised: ReturnType<typeof recognise>;
      try {
        recognised = recognise(this.foreign.matrix(first), this.asked);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        return { planes, count, findings: [], asOthers: false, refused: error.message };
      }
      const { mask, nearest } = recognised;
      const { expression, difference: off } = nearest;
      const own = wrongIn(mask, expression);
      const others = common && own.length === 0 ? wrongIn(mask, common.expression) : [];
      const apart = common && differenceOf(mask, common.mask);
      common ??= { mask, expression };
      return {
        planes,
        count,
        is: brief(expression),
        off,
        ...(apart && { apart }),
        findings: own.length > 0 ? own : others,
        asOthers: own.length === 0 && others.length > 0,
      };
    });
  }
}

const wrongIn = (mask: Mask, expression: Expression): readonly Finding[] =>
  lint({
    masks: [mask],
    expressions: [expression],
    declared: declaredOf(expression, mask.keys),
  }).filter(({ note }) => !note);

/** The same for the same numbers. */
function signOf({ queries, keys, at }: Matrix): string {
  const value = new Float64Array(1);
  const halves = new Int32Array(value.buffer);
  let [a, b] = [0x811c9dc5, 0x9e3779b9];
  for (let q = 0; q < queries; q++)
    for (let k = 0; k < keys; k++) {
      value[0] = at(q, k);
      a = Math.imul(a ^ halves[1]!, 0x01000193) ^ halves[0]!;
      b = Math.imul(b ^ halves[1]!, 0x85ebca6b) + halves[0]!;
      b ^= b >>> 15;
    }
  return `${a >>> 0} ${b >>> 0}`;
}
