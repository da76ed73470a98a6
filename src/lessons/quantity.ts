/** @file A number a reader can be asked for: worked out by the functions that draw the pictures, with the roads that lead astray. */
import type { RunSpec } from '../spec/run';

/** What a number is asked of, beside the settings. */
export interface Of {
  readonly spec: RunSpec;
  readonly T: number; // tokens; the spec's context where a lesson says no other
  readonly layer: number; // from 0
  readonly query: number; // from 0
  readonly distance: number; // tokens
  readonly bytes: number; // per number
}

/** Asked of a whole run: its last query, and what else a lesson says. */
export function ofRun(spec: RunSpec, T = spec.context, said: Partial<Of> = {}): Of {
  return { spec, T, layer: 0, query: T - 1, distance: spec.distance, bytes: 4, ...said };
}

/** A wrong number that a usual mistake leads to. */
export interface Road {
  readonly value: number;
  /** Where the reasoning left the road, in a sentence. */
  readonly says: string;
}

export interface Quantity {
  readonly id: string;
  readonly label: string;
  readonly unit: string;
  /** What it reads beside the settings, so that a lesson that forgets it is refused. */
  readonly needs?: readonly ('layer' | 'query' | 'distance')[];
  value(of: Of): number;
  roads(of: Of): readonly Road[];
  /** How it is worked out, with the numbers put in. */
  because(of: Of): string;
}

export const defineQuantity = (quantity: Quantity): Quantity => quantity;
