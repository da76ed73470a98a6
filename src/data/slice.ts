/** @file A slice: some of the targets of a window, chosen by a rule, so that their loss can stand beside that of the rest. */
import { check } from '../core/check';
import type { Corpus } from './corpus';
import type { CorpusSource } from './source';

export interface SliceWindow {
  readonly source: CorpusSource;
  readonly corpus: Corpus;
  /** Where the first of T tokens stands in the corpus; the targets stand one place later. All are in one document. */
  readonly start: number;
  readonly T: number;
  /** How many tokens local layers see of it, the one that asks included: the target at i is told i - reach … i - 1. */
  readonly reach: number;
}

export interface Slice {
  readonly id: string;
  readonly label: string;
  readonly order: number;
  /** One sentence: which targets are in it. */
  readonly summary: string;
  /** Whether the slice means anything in the texts of this source. */
  fits(source: CorpusSource): boolean;
  /**
   * How many characters back stands what helps with its targets, in the texts of this source. Undefined where the rule
   * itself asks for what lies beyond the reach: then runs of different windows hold different targets.
   */
  back?(source: CorpusSource): number;
  /** [T], 1 where the target is in the slice. It follows from the window alone, wherever it was cut from. */
  mask(window: SliceWindow): Uint8Array;
}

/** What the targets of a slice came to. */
export interface SliceScore {
  readonly id: string;
  readonly loss: number; // nats per token of the slice
  readonly accuracy: number;
  readonly tokens: number; // of the slice; where there is none, loss and accuracy are 0
}

/** What a slice asks about one target. */
export interface Target {
  readonly place: number; // in the corpus
  readonly offset: number; // in its document
}

/** [T], 1 for each target of which `chosen` holds; asked in their order. */
export function maskOf(
  { corpus, start, T, reach }: SliceWindow,
  chosen: (target: Target) => boolean,
): Uint8Array {
  const document = corpus.documents.find((one) => one.start <= start && start < one.end);
  check(
    document && start + T < document.end,
    `the window has the characters ${start} to ${start + T}; they should lie inside one document of '${corpus.title}'`,
  );
  check(reach >= 1, `the reach is ${reach}; it should be 1 or more, the token itself`);
  return Uint8Array.from({ length: T }, (_, t) => {
    const place = start + t + 1;
    return +chosen({ place, offset: place - document.start });
  });
}
