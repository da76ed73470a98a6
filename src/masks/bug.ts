/** @file What each bug of the zoo declares; each is one file in ./zoo. */
import type { Expression } from '../attention/expression';
import type { Subject } from './subject';

export interface Bug {
  readonly id: string;
  readonly order: number;
  readonly title: string;
  /** The GitHub thread that reports it; the mask here is our own small example of it. */
  readonly thread: string;
  /** The code of the lint that catches it. */
  readonly lint: string;
  /** Two sentences: what was meant, and what happened. */
  readonly story: string;
  readonly subject: Subject;
  /** The intended masks, one per layer. */
  readonly repaired: readonly Expression[];
  /** What else the repair has to change, beyond the mask. */
  readonly repairs?: Pick<Subject, 'fill' | 'caches' | 'probe' | 'isCausal'>;
}

export const defineBug = (bug: Bug): Bug => bug;
