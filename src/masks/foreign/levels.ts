/** @file The numbers a foreign mask holds, before deciding what they mean. */
import { check } from '../../core/check';
import { plain } from '../../core/numbers';
import type { Matrix } from './matrix';

export interface Levels {
  readonly least: number;
  readonly most: number;
  /** Distinct numbers; 3 means more than two. */
  readonly distinct: 1 | 2 | 3;
  /** 'all its cells', or for one plane of several 'all cells of this plane'. */
  readonly all: string;
  /** The most common number below `blocks`; the smallest number if there is none. */
  readonly fill: number;
  /** Numbers that block, most common first; only the first few of many. */
  readonly fills: readonly { readonly value: number; readonly cells: number }[];
}

/** Fills that are counted; a mask has one or two, masked scores have many. */
const MAX_FILLS = 1000;

/** Throws InputError if a cell is NaN or +∞. */
export function levelsOf(matrix: Matrix, blocks: number): Levels {
  const { queries, keys, at, bytes, plane } = matrix;
  const all = plane ? 'all cells of this plane' : 'all its cells';
  if (bytes) return { all, ...ofBytes(bytes) };
  let [least, most] = [Infinity, -Infinity];
  const fills = new Map<number, number>();
  let [latest, held] = [NaN, 0]; // a repeated number costs nothing
  const count = () => {
    if (held > 0 && (fills.has(latest) || fills.size < MAX_FILLS))
      fills.set(latest, (fills.get(latest) ?? 0) + held);
    held = 0;
  };
  let between = false;
  for (let q = 0; q < queries; q++)
    for (let k = 0; k < keys; k++) {
      const value = at(q, k);
      if (!(value < Infinity)) refuse(value, q, k);
      if (value < least || value > most) {
        // A value that is no longer the least or the largest lies between them.
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
  const common = [...fills].sort(([a, x], [b, y]) => y - x || a - b);
  return {
    all,
    least,
    most,
    distinct: between ? 3 : least === most ? 1 : 2,
    fill: common[0]?.[0] ?? least,
    fills: common.slice(0, MAX_NAMED).map(([value, cells]) => ({ value, cells })),
  };
}

/** Fills that are listed. */
const MAX_NAMED = 8;

/** Numbers from 0 to 255, one byte each: read four at a time, and a repeated four costs nothing. */
function ofBytes(bytes: Uint8Array): Omit<Levels, 'all'> {
  const found = new Uint8Array(256);
  const ahead = Math.min(bytes.length, (4 - (bytes.byteOffset & 3)) & 3);
  for (let i = 0; i < ahead; i++) found[bytes[i]!] = 1;
  const count = (bytes.length - ahead) >> 2;
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset + ahead, count);
  let last = -1;
  for (let i = 0; i < count; i++) {
    const word = words[i]!;
    if (word === last) continue;
    last = word;
    found[word & 255] = found[(word >>> 8) & 255] = 1;
    found[(word >>> 16) & 255] = found[word >>> 24] = 1;
  }
  for (let i = ahead + 4 * count; i < bytes.length; i++) found[bytes[i]!] = 1;
  const seen = [...found.keys()].filter((value) => found[value]! > 0);
  const [least, most] = [seen[0]!, seen.at(-1)!];
  return {
    least,
    most,
    distinct: seen.length > 2 ? 3 : seen.length === 2 ? 2 : 1,
    fill: least,
    fills: [],
  };
}

function refuse(value: number, query: number, key: number): void {
  check(!Number.isNaN(value), `the mask has no number (NaN) at query ${query}, key ${key}`);
  check(
    value !== Infinity,
    `the mask has +inf at query ${query}, key ${key}; an additive mask has 0 to let through and -inf to block`,
  );
}

/** A number from a file, for a sentence. */
export const shown = (value: number) =>
  value === -Infinity ? '-inf' : plain(Number(value.toPrecision(4)));
