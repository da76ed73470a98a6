/**
 * @file A single row, from one step of decoding, that several patterns fit: what it may be, and a question that asks
 * which is meant.
 */
import { and, not, term, type Expression } from '../../attention/expression';
import type { Mask } from '../../attention/mask';
import { formatInteger } from '../../core/units';
import { askRound } from '../besideRound';

export interface OneRow {
  /** The patterns that fit, each as written. */
  readonly fits: readonly Expression[];
  /** A question, and the evidence for an answer. */
  readonly asks: string;
}

/**
 * For one query that reads a run of keys up to itself and none before; undefined if only one pattern fits.
 */
export function oneRowOf({ queries, keys, row }: Mask): OneRow | undefined {
  if (queries !== 1) return undefined;
  const [from, to, ...more] = row(0);
  if (!from || to !== keys || more.length > 0 || from === keys - 1) return undefined;
  const window = keys - from;
  const causal = term('causal');
  const round = askRound(window);
  return {
    fits: [
      and(causal, term('window', window)),
      and(causal, not(term('padding', from, 0))),
      and(causal, term('documents', from)),
    ],
    asks: `One row fits window(${formatInteger(window)}) as well as padding of ${formatInteger(from)}, or a document that begins at key ${formatInteger(from)}: which is meant?${round ? ` As a window: ${round}` : ''}`,
  };
}
