/** @file A number a reader can be asked for: worked out by the functions that draw the pictures, with the mistakes readers make. */
import type { PatternSpec } from '../attention/pattern';
import { patterns } from '../attention/registry';
import { sayReads } from '../attention/words';
import { layersOf, type RunSpec } from '../spec/run';

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

/** The layer that is asked about, and the sizes of its pattern; undefined where it has none. */
export function layerOf({ spec, layer }: Of) {
  const of = layersOf(spec)[layer]!;
  return { of, window: of.params['window'], chunk: of.params['chunk'] };
}

/** What a layer reads, in its own words: 'its window of 6 and the first 4 tokens'. */
export const sayLayer = ({ pattern, params }: PatternSpec): string =>
  sayReads(patterns.get(pattern).expression(params));

/** The same layer with another window. */
export const resized = ({ pattern, params }: PatternSpec, window: number): PatternSpec => ({
  pattern,
  params: { ...params, window },
});

/** A wrong number that a usual mistake leads to. */
export interface Mistake {
  /** Under this name test/lessons/mistakes.test.ts counts the same wrong number cell by cell, and checks what is said. */
  readonly id: string;
  readonly value: number;
  /** Where the reasoning went wrong, in a sentence that is true of the very layer that is asked about. */
  readonly says: string;
}

export interface Quantity {
  readonly id: string;
  readonly label: string;
  readonly unit: string;
  /** What it reads beside the settings, so that a lesson that forgets it is refused. */
  readonly needs?: readonly ('layer' | 'query' | 'distance')[];
  value(of: Of): number;
  /** Only those whose sentence is true of these settings. */
  mistakes(of: Of): readonly Mistake[];
  /** How it is worked out, with the numbers put in. */
  because(of: Of): string;
}

export const defineQuantity = (quantity: Quantity): Quantity => quantity;
