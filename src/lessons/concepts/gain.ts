/**
 * @file How much a class improved from the test before to the test after, over the participants who took both.
 *
 * - Normalised gain of a class: ⟨g⟩ = (⟨after⟩ − ⟨before⟩) / (1 − ⟨before⟩), the share of the possible gain
 * that was reached. R. R. Hake, Interactive-engagement versus traditional methods, Am. J. Phys. 66, 64–74 (1998).
 * - Normalised change of one person: c = (after − before) / (1 − before) for a gain, (after − before) / before for a
 * loss, 0 if nothing changed; left out if both are 0 or both are 1.
 * J. D. Marx and K. Cummings, Normalized change, Am. J. Phys. 75, 87–91 (2007).
 * - Spread: sample standard deviations over people, and for ⟨g⟩ the middle 95 % of a bootstrap over people (percentile
 * method; B. Efron and R. Tibshirani, An Introduction to the Bootstrap, 1993), with a fixed seed so that the same
 * class always has the same interval.
 *
 * All scores are shares from 0 to 1.
 */
import { random } from '../../core/random';
import { nameOf } from '../classroom';
import type { LessonResult } from '../result';
import { choicesOf, formOf, rightIn } from './form';
import { ITEMS } from './items';

export interface Pair {
  readonly who: string;
  readonly before: number;
  readonly after: number;
}

export interface Spread {
  readonly mean: number;
  /** Sample standard deviation; undefined for fewer than two people. */
  readonly deviation: number | undefined;
}

export interface Gain {
  readonly pairs: readonly Pair[];
  readonly before: Spread;
  readonly after: Spread;
  /** ⟨g⟩; undefined if every answer was right before. */
  readonly gain: number | undefined;
  /** The middle 95 % of ⟨g⟩ over classes resampled from this one; undefined for fewer than five people. */
  readonly interval: readonly [number, number] | undefined;
  /** The normalised change, over the participants for whom it is defined. */
  readonly change: Spread | undefined;
  readonly changed: number; // people in `change`
}

const FEWEST = 5;
const DRAWS = 2000;

/** People who took both tests, matched by the name they gave; those without a name cannot be paired. */
export function pairsOf(results: readonly LessonResult[]): readonly Pair[] {
  const of = (when: 'before' | 'after') =>
    results.filter(({ lesson, who }) => lesson === formOf(when).id && who !== '');
  const share = (result: LessonResult) => rightIn(result) / ITEMS.length;
  const later = new Map(of('after').map((result) => [nameOf(result), result]));
  return of('before').flatMap((result) => {
    const after = later.get(nameOf(result));
    return after ? [{ who: result.who, before: share(result), after: share(after) }] : [];
  });
}

/** Undefined if no one took both. */
export function gainOf(pairs: readonly Pair[]): Gain | undefined {
  if (pairs.length === 0) return undefined;
  const changes = pairs.flatMap(({ before, after }) => changeOf(before, after) ?? []);
  return {
    pairs,
    before: spreadOf(pairs.map(({ before }) => before)),
    after: spreadOf(pairs.map(({ after }) => after)),
    gain: classGain(pairs),
    interval: intervalOf(pairs),
    change: changes.length > 0 ? spreadOf(changes) : undefined,
    changed: changes.length,
  };
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

export function spreadOf(values: readonly number[]): Spread {
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return {
    mean: middle,
    deviation: values.length < 2 ? undefined : Math.sqrt(squares / (values.length - 1)),
  };
}

/** Hake 1998. */
export function classGain(pairs: readonly Pair[]): number | undefined {
  const before = mean(pairs.map((pair) => pair.before));
  const after = mean(pairs.map((pair) => pair.after));
  return before >= 1 - 1e-12 ? undefined : (after - before) / (1 - before);
}

/** Marx and Cummings 2007. */
export function changeOf(before: number, after: number): number | undefined {
  if (before === after) return before === 0 || before === 1 ? undefined : 0;
  return after > before ? (after - before) / (1 - before) : (after - before) / before;
}

function intervalOf(pairs: readonly Pair[]): readonly [number, number] | undefined {
  if (pairs.length < FEWEST) return undefined;
  const { below } = random(1, 'normalised gain');
  const gains: number[] = [];
  for (let i = 0; i < DRAWS; i++) {
    const gain = classGain(pairs.map(() => pairs[below(pairs.length)]!));
    if (gain !== undefined) gains.push(gain);
  }
  if (gains.length < DRAWS / 2) return undefined;
  gains.sort((a, b) => a - b);
  const at = (share: number) => gains[Math.round(share * (gains.length - 1))]!;
  return [at(0.025), at(0.975)];
}

export interface ItemShare {
  readonly id: string;
  /** Share of people who were right; undefined if no one took that test. */
  readonly before: number | undefined;
  readonly after: number | undefined;
  /** The most common wrong answer after teaching, or before it if no one took the test after. */
  readonly astray: { readonly option: number; readonly count: number } | undefined;
}

/** Per question, over everyone who took a test, paired or not. A question left open counts as wrong. */
export function itemShares(results: readonly LessonResult[]): readonly ItemShare[] {
  const of = (when: 'before' | 'after') =>
    results
      .filter(({ lesson }) => lesson === formOf(when).id)
      .map((one) => choicesOf(one.progress));
  const [before, after] = [of('before'), of('after')];
  return ITEMS.map(({ id, right, options }) => {
    const share = (all: typeof before) =>
      all.length === 0 ? undefined : all.filter((one) => one[id] === right).length / all.length;
    const counted = after.length > 0 ? after : before;
    const [astray] = options
      .map((_, option) => ({ option, count: counted.filter((one) => one[id] === option).length }))
      .filter(({ option, count }) => option !== right && count > 0)
      .sort((a, b) => b.count - a.count);
    return { id, before: share(before), after: share(after), astray };
  });
}
