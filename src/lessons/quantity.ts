/**
 * @file A number that an exercise can ask for, computed by the functions that draw the pictures, with the wrong numbers
 * that common mistakes lead to.
 */
import type { PatternSpec } from '../attention/pattern';
import { patterns } from '../attention/registry';
import { sayReads } from '../attention/words';
import { layersOf, type RunSpec } from '../spec/run';

/** What a question refers to, besides the settings. */
export interface Of {
  readonly spec: RunSpec;
  readonly T: number; // tokens; the spec's context unless a lesson says otherwise
  readonly layer: number; // from 0
  readonly query: number; // from 0
  readonly distance: number; // tokens
  readonly bytes: number; // per number
}

/** The parameters of a question: by default the whole run and its last query, with whatever else a lesson specifies. */
export function ofRun(spec: RunSpec, T = spec.context, said: Partial<Of> = {}): Of {
  return { spec, T, layer: 0, query: T - 1, distance: spec.distance, bytes: 4, ...said };
}

/** The layer in question, and the sizes of its pattern; undefined if it has none. */
export function layerOf({ spec, layer }: Of) {
  const of = layersOf(spec)[layer]!;
  return { of, window: of.params['window'], chunk: of.params['chunk'] };
}

/** What a layer reads, in words: 'its window of 6 and the first 4 tokens'. */
export const sayLayer = ({ pattern, params }: PatternSpec): string =>
  sayReads(patterns.get(pattern).expression(params));

/** The same layer with another window. */
export const resized = ({ pattern, params }: PatternSpec, window: number): PatternSpec => ({
  pattern,
  params: { ...params, window },
});

/** A wrong number that a common mistake leads to. */
export interface Mistake {
  /**
   * test/lessons/mistakes.test.ts counts the same wrong number cell by cell under this name, and checks the sentence.
   */
  readonly id: string;
  readonly value: number;
  /** Where the reasoning went wrong, in a sentence that is true of the layer in question. */
  readonly says: string;
}

export interface Quantity {
  readonly id: string;
  readonly label: string;
  readonly unit: string;
  /** Fields it reads besides the settings, so that a lesson without them is refused. */
  readonly needs?: readonly ('layer' | 'query' | 'distance')[];
  value(of: Of): number;
  /** The mistakes whose sentence is true of these settings. */
  mistakes(of: Of): readonly Mistake[];
  /** The calculation, with the numbers filled in. */
  because(of: Of): string;
}

export const defineQuantity = (quantity: Quantity): Quantity => quantity;
