/** @file The numbers a foreign mask holds, before it is said what they mean. */
import { check } from '../../core/check';
import type { Matrix } from './matrix';

export interface Levels {
  readonly least: number;
  readonly most: number;
  /** Different numbers; 3 stands for more. */
  readonly distinct: 1 | 2 | 3;
  /** The commonest number below `blocks`; the least number where there is none. */
  readonly fill: number;
}

/** Fills that are counted; a mask has one or two, and scores that were masked have many. */
const MOST_FILLS = 1000;

/** Throws InputError where a cell is no number, or is endless upwards. */
export function levelsOf({ queries, keys, at }: Matrix, blocks: number): Levels {
  let [least, most] = [Infinity, -Infinity];
  const fills = new Map<number, number>();
  let [latest, held] = [NaN, 0]; // the same number again and again costs nothing
  const count = () => {
    if (held > 0 && (fills.has(latest) || fills.size < MOST_FILLS))
      fills.set(latest, (fills.get(latest) ?? 0) + held);
    held = 0;
  };
  let between = false;
  for (let q = 0; q < queries; q++)
    for (let k = 0; k < keys; k++) {
      const value = at(q, k);
      if (!(value < Infinity)) refuse(value, q, k);
      if (value < least || value > most) {
        // What was an end and is one no more lies between.
        between ||= least < most;
        if (value < least) least = value;
        if (value > most) most = value;
      } else if (value !== least && value !== most) between = true;
      if (value < blocks) {
        if (value !== latest) {
          count();
          latest = value;
        }
        held++;
      }
    }
  count();
  const [fill] = [...fills].sort(([a, x], [b, y]) => y - x || a - b)[0] ?? [least];
  return { least, most, distinct: between ? 3 : least === most ? 1 : 2, fill };
}

function refuse(value: number, query: number, key: number): void {
  check(!Number.isNaN(value), `the mask has no number (NaN) at query ${query}, key ${key}`);
  check(
    value !== Infinity,
    `the mask has +inf at query ${query}, key ${key}; what is added to scores is 0 to let through and -inf to block`,
  );
}

/** A number of a file in a sentence. */
export const shown = (value: number) =>
  value === -Infinity ? '-inf' : `${Number(value.toPrecision(4))}`;
