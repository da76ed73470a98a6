/** @file The input of a lint, its output, and what a lint declares about itself; each lint is one file in ./lints. */
import type { Expression } from '../attention/expression';
import type { Mask } from '../attention/mask';
import type { Reading } from './reading';
import type { Runs } from '../attention/runs';
import type { Cache } from './analysis/cache';

/** What the mask is meant to be; lints check only what is declared. */
export interface Declared {
  readonly causal?: boolean;
  /** Whether a query reads everything before it, without a window or the like. */
  readonly global?: boolean;
  /** Keys after itself that a query reads, if it reads some but only this many. */
  readonly right?: number;
  /** Keys a query reads, itself included; one for all local layers, or one per layer. */
  readonly window?: number | readonly (number | undefined)[];
  readonly layers?: readonly ('global' | 'local')[];
  /** Where each further document begins. */
  readonly documents?: readonly number[];
  /** Tokens per chunk, if a query reads only its own chunk. */
  readonly chunk?: number;
  /** Images and the like: tokens [from, to) that read one another in both directions. A prefix is one too. */
  readonly spans?: readonly (readonly [number, number])[];
  /** What they are, if all are of one kind: the term that declared them. */
  readonly spansAre?: 'span' | 'prefix' | 'chunk' | 'documents';
  /** Tokens per block of a block mask. */
  readonly block?: number;
  /** Real tokens end here; what follows is padding. */
  readonly length?: number;
  /** Real tokens begin here; what comes before is padding. */
  readonly start?: number;
  /** Tokens [from, to) within the text that no query is to read, as padding. */
  readonly holes?: readonly (readonly [number, number])[];
  /** Sinks and global tokens: all tokens read them, wherever they are, and global ones read all tokens. */
  readonly kept?: readonly number[];
}

export interface Subject {
  /** One per layer; a single one if there is one layer. */
  readonly masks: readonly Mask[];
  readonly expressions?: readonly Expression[];
  readonly declared: Declared;
  /** The intended masks, cell by cell, one per layer, in the same shape. */
  readonly meant?: readonly Mask[];
  /** Whether the user said what `meant` is, and it was not found from the cells. */
  readonly intended?: true;
  /** Whether it is what lists of tokens imply: no mask was made yet, and what makes it fills rows of padding. */
  readonly implied?: true;
  /** Where `meant` comes from, as used in a sentence: 'causal & window(8)'. */
  readonly meantIs?: string;
  /** Whether `meant` is the mask of the whole text while the mask is one step of decoding it. */
  readonly step?: boolean;
  /** Whether the call it is passed to also gets is_causal. */
  readonly isCausal?: boolean;
  /** A window that their config gives, and that no layer has; `switched`: because use_sliding_window is off. */
  readonly unused?: { readonly window: number; readonly switched: boolean };
  /** What replaces a blocked score: the most common such number, and all of them if there are several. */
  readonly fill?: {
    readonly value: number;
    readonly dtype: string;
    readonly all?: readonly { readonly value: number; readonly cells: number }[];
  };
  /** Whether the zeros of attention weights may be weights that were rounded: then a cell that is not read tells nothing. */
  readonly rounded?: true;
  /** Whether queries and keys are known to be of two sequences. */
  readonly cross?: true;
  /** Whether it was used: captured from a model that ran. */
  readonly ran?: true;
  /** How the numbers were interpreted, if the mask is from a file. */
  readonly reading?: Reading;
  /** One per layer, as a decoder keeps them. */
  readonly caches?: readonly (Cache | undefined)[];
  /** Token `changed` was changed, and these outputs moved. */
  readonly probe?: { readonly changed: number; readonly moved: Runs };
}

export interface Finding {
  readonly code: string; // 'L5'
  /** Nothing is wrong: it says how the mask was interpreted, which the user should know. */
  readonly note?: true;
  readonly layer?: number; // if there are several masks
  readonly cell?: { readonly query: number; readonly key: number };
  readonly what: string;
  readonly consequence: string;
  readonly fix: string;
  readonly thread: string; // URL
}

/** A finding as its lint returns it. */
export interface Found extends Omit<Finding, 'code' | 'thread'> {
  /** Codes that this finding explains: they are not reported with it in the same layer. */
  readonly explains?: readonly string[];
  /** The layers it explains them in, if more than its own. */
  readonly layers?: readonly number[];
  /** Reported only if no other lint finds anything in the layer, apart from these codes and those it explains. */
  readonly alongside?: readonly string[];
  /** A thread about this particular case, if it is not the lint's own thread. */
  readonly thread?: string;
}

export interface Lint {
  readonly id: string; // 'L5'
  readonly order: number;
  readonly label: string;
  /** One sentence, shown on the page. */
  readonly summary: string;
  /** A GitHub thread about a real case. */
  readonly thread: string;
  /**
   * Whether it also sees padding rows as opened because they would read nothing; for other lints those rows read
   * themselves.
   */
  readonly everyRow?: true;
  check(subject: Subject): readonly Found[];
}

export const defineLint = (lint: Lint): Lint => lint;
