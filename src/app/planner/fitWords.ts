/** @file How long a context fits in memory, in words. */
import { formatCount, formatInteger } from '../../core/units';

interface Fit {
  /** Bytes left after weights and activations. */
  readonly room: number;
  /** Tokens of each sequence that fit; `most`: more than the limit of the cost model. */
  readonly longest: number;
  readonly most: number;
  /** Keeps a cache. */
  readonly causal: boolean;
  /** Tokens that the model was made for. */
  readonly made: number | undefined;
}

const heldOf = ({ longest, most }: Fit) =>
  longest >= most ? `over ${formatCount(most)}` : formatInteger(longest);

export function longestWords(fit: Fit): string {
  const { room, longest, causal, made } = fit;
  if (room <= 0) return 'none';
  if (!causal) return 'any: it keeps no cache';
  if (made !== undefined && longest >= made) return formatInteger(made);
  return heldOf(fit);
}

/** What follows if the model was made for fewer tokens than fit in memory. */
export function beyondWords(fit: Fit): string {
  const { longest, causal, made } = fit;
  if (made === undefined || longest <= made) return '';
  if (!causal) return `; made for ${formatInteger(made)}`;
  return `; the model’s own limit (memory would hold ${heldOf(fit)})`;
}
