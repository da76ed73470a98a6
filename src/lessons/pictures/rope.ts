/**
 * @file Rotary positions: at position p, pair i of a head is turned by p / (scale · base^(2i/d)). Computes which angles
 * a pair went through in training, and at which later positions its angle is new.
 *
 * Training here means base 10,000 and undivided positions; the current base and scale may differ.
 */
import { decimal, fixed } from '../../core/numbers';
import { DEFAULTS } from '../../spec/controls';

export interface Rotation {
  readonly base: number;
  /** Positions are divided by this. */
  readonly scale: number;
}

/** The rotary settings with which models are trained before any adaptation. */
export const TRAINED: Rotation = { base: DEFAULTS.ropeBase, scale: 1 };

export interface Pair {
  readonly pair: number; // i, from 0
  /** Tokens per turn: 2π · scale · base^(2i/d). */
  readonly turn: number;
  /** Share of a turn that training covered, from position 0 to its context; 1 if it covered every angle. */
  readonly seen: number;
  /** Position ranges, from and to, at which its angle is new: training never covered it. */
  readonly unseen: readonly (readonly [number, number])[];
}

export const TURN = 2 * Math.PI;

/** Tokens per turn of pair i. */
export const turnOf = (pair: number, d: number, { base, scale }: Rotation): number =>
  TURN * scale * base ** ((2 * pair) / d);

/** Angle turned, in [0, 2π). */
export const angleAt = (position: number, turn: number): number => ((position / turn) % 1) * TURN;

/** Every pair of a head of `d` numbers trained with `context` tokens, over positions 0 … `end`. */
export function pairsOf(
  d: number,
  now: Rotation,
  { context, end }: { readonly context: number; readonly end: number },
): readonly Pair[] {
  return Array.from({ length: Math.floor(d / 2) }, (_, pair) => {
    const turn = turnOf(pair, d, now);
    const seen = Math.min(1, context / turnOf(pair, d, TRAINED));
    return { pair, turn, seen, unseen: unseenOf(turn, seen, end) };
  });
}

/** Position ranges at which the angle lies in the unseen part of the turn. */
function unseenOf(turn: number, seen: number, end: number): readonly (readonly [number, number])[] {
  if (seen >= 1) return [];
  const stretches: [number, number][] = [];
  for (let n = 0; n * turn <= end; n++) {
    const [from, to] = [(n + seen) * turn, (n + 1) * turn];
    if (from < end - 1e-9) stretches.push([from, Math.min(to, end)]);
  }
  return stretches;
}

/** The mean of cos over positions [from, to]: what a pixel of many positions shows. */
export function meanCos(from: number, to: number, turn: number): number {
  const [a, b] = [(TURN * from) / turn, (TURN * to) / turn];
  return b - a < 1e-6 ? Math.cos(a) : (Math.sin(b) - Math.sin(a)) / (b - a);
}

/** As many pairs as fit, including the first and the last. */
export function somePairs(pairs: readonly Pair[], most: number): readonly Pair[] {
  if (pairs.length <= most) return pairs;
  return Array.from(
    { length: most },
    (_, i) => pairs[Math.round((i * (pairs.length - 1)) / (most - 1))]!,
  );
}

/** '628', '6.3', '1,234,567'. */
export const sayTokens = (tokens: number): string => decimal(tokens, tokens < 100 ? 1 : 0);

const saySeen = (seen: number): string =>
  seen >= 1
    ? 'every angle'
    : seen < 0.001
      ? 'less than 0.1 % of a turn'
      : `${percentOf(seen)} of a turn`;

/** In a table that says of what: 'all', '8 %'. */
export const tellSeen = (seen: number): string =>
  seen >= 1 ? /* a message */ 'all' : seen < 0.001 ? 'less than 0.1 %' : percentOf(seen);

const percentOf = (seen: number): string => `${fixed(100 * seen, seen < 0.1 ? 1 : 0)} %`;

/** 'Pair 6 turns once in 628 tokens; in training it saw 8 % of a turn.' */
export const sayPair = ({ pair, turn, seen }: Pair): string =>
  `Pair ${pair} turns once in ${sayTokens(turn)} tokens; in training it saw ${saySeen(seen)}.`;

/** The effect of the longer context: how many pairs reach new angles, and from which position on. */
export function sayUnseen(pairs: readonly Pair[], end: number): string {
  const met = pairs.filter(({ unseen }) => unseen.length > 0);
  if (met.length === 0)
    return `Up to position ${sayTokens(end)} no pair reaches an angle that it did not see in training.`;
  const first = Math.ceil(Math.min(...met.map(({ unseen }) => unseen[0]![0])));
  return `Up to position ${sayTokens(end)}, ${met.length} of ${pairs.length} pairs reach angles that they never saw in training, the first at position ${sayTokens(first)}.`;
}
