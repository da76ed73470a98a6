/**
 * @file A slice: some of the targets of a window, chosen by a rule, so that their loss can be compared with that of the
 * rest.
 */
import { check } from '../core/check';
import type { Corpus } from './corpus';
import type { CorpusSource } from './source';

export interface SliceWindow {
  readonly source: CorpusSource;
  readonly corpus: Corpus;
  /** Position of the first of T tokens in the corpus; the targets are one further. All are in one document. */
  readonly start: number;
  readonly T: number;
  /** How many of its tokens local layers see, query included: the target at i is predicted from i - reach … i - 1. */
  readonly reach: number;
}

export interface Slice {
  readonly id: string;
  readonly label: string;
  readonly order: number;
  /** One sentence: which targets it contains. */
  readonly summary: string;
  /** Whether the slice is meaningful in the texts of this source. */
  fits(source: CorpusSource): boolean;
  /**
   * How many characters back the text that helps with its targets is, for this source. Undefined if the rule itself
   * depends on what lies beyond the reach: then runs with different windows have different targets.
   */
  back?(source: CorpusSource): number;
  /** [T], 1 if the target is in the slice. Depends only on the window's content, not on its position in the text. */
  mask(window: SliceWindow): Uint8Array;
}

/** The score of a slice's targets. */
export interface SliceScore {
  readonly id: string;
  readonly loss: number; // nats per token of the slice
  readonly accuracy: number;
  readonly tokens: number; // of the slice; without tokens, loss and accuracy are 0
}

/** The input of a slice's rule for one target. */
export interface Target {
  readonly place: number; // in the corpus
  readonly offset: number; // in its document
}

/** [T], 1 for each target that `chosen` accepts; called in their order. */
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
