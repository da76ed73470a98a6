/** @file A shipped model's description of itself: how it was made, and its results. Written by `npm run models`. */
import { withAdded, type RunSpec } from '../../spec/run';
import { CONTROLS } from '../../spec/controls';

export const CARD_VERSION = 1;

/** Held-out tokens of the evaluation that a test repeats. */
export const SMALL_EVALUATION = 4096;

export interface Card {
  readonly version: number;
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly data: string;
  readonly licence?: string;
  readonly origin?: string;
  readonly spec: RunSpec;
  readonly steps: number;
  readonly seconds: number; // of training
  readonly made: string; // the day, YYYY-MM-DD
  readonly machine: string; // in words
  readonly program: string; // version
  /** Nats per scored token, and the scored tokens behind it. */
  readonly heldOut: { readonly loss: number; readonly tokens: number };
  readonly small: { readonly loss: number; readonly tokens: number };
  readonly accuracy: number; // of the scored tokens, 0..1
  /** Loss by number of tokens read; empty for a task. */
  readonly buckets: readonly {
    readonly from: number;
    readonly to: number;
    readonly tokens: number;
    readonly loss: number;
  }[];
}

/** A card as written, with defaults for settings added since. */
export const readCard = (card: Card): Card => ({
  ...card,
  spec: withAdded(
    card.spec,
    CONTROLS.map(({ name }) => name),
  ) as RunSpec,
});
