/** @file What a lint is given, what it returns, and what it has to say of itself; each lint is one file in ./lints. */
import type { Expression } from '../attention/expression';
import type { Mask } from '../attention/mask';
import type { Reading } from './reading';
import type { Runs } from '../attention/runs';
import type { Cache } from './views/cache';

/** What the mask is meant to be; only what is declared is checked. */
export interface Declared {
  readonly causal?: boolean;
  /** Without a window or the like: a query reads all there is before it. */
  readonly global?: boolean;
  /** Keys after itself that a query reads, where it reads some and no more. */
  readonly right?: number;
  /** Keys a query reads, itself included; one for all local layers, or one per layer. */
  readonly window?: number | readonly (number | undefined)[];
  readonly layers?: readonly ('global' | 'local')[];
  /** Where further documents begin. */
  readonly documents?: readonly number[];
  /** Tokens per chunk, where a query reads its own chunk alone. */
  readonly chunk?: number;
  /** Images and the like: tokens [from, to) that read one another in both directions. A prefix is one too. */
  readonly spans?: readonly (readonly [number, number])[];
  /** What they are, where all are of one kind: the term they were declared by. */
  readonly spansAre?: 'span' | 'prefix' | 'chunk' | 'documents';
  /** Tokens per block of a block mask. */
  readonly block?: number;
  /** Real tokens end here; what follows is padding. */
  readonly length?: number;
  /** Real tokens begin here; what comes before is padding. */
  readonly start?: number;
  /** Sinks and global tokens: read by all, wherever they stand, and reading all. */
  readonly kept?: readonly number[];
}

export interface Subject {
  /** One per layer; one where there is one. */
  readonly masks: readonly Mask[];
  readonly expressions?: readonly Expression[];
  readonly declared: Declared;
  /** The masks they should be, cell by cell, one per layer; of no other shape. */
  readonly meant?: readonly Mask[];
  /** Where `meant` comes from, as it stands in a sentence: 'causal & window(8)'. */
  readonly meantIs?: string;
  /** Whether `meant` is the mask of the whole text, and the mask a step of decoding it. */
  readonly step?: boolean;
  /** Whether the call it is given to is told is_causal as well. */
  readonly isCausal?: boolean;
  /** A window that their config gives, and that no layer has; `switched`: because use_sliding_window is off. */
  readonly unused?: { readonly window: number; readonly switched: boolean };
  /** What is put in place of a blocked score: the commonest such number, and all of them where there are several. */
  readonly fill?: {
    readonly value: number;
    readonly dtype: string;
    readonly all?: readonly { readonly value: number; readonly cells: number }[];
  };
  /** Whether the zeros of attention weights may be weights that were rounded: then a cell that is not read tells nothing. */
  readonly rounded?: true;
  /** How the numbers were read, where the mask is of a file. */
  readonly reading?: Reading;
  /** One per layer, as a decoder keeps them. */
  readonly caches?: readonly (Cache | undefined)[];
  /** Token `changed` was changed, and these outputs moved. */
  readonly probe?: { readonly changed: number; readonly moved: Runs };
}

export interface Finding {
  readonly code: string; // 'L5'
  /** Nothing is wrong: it is how the mask was taken, which the person should know. */
  readonly note?: true;
  readonly layer?: number; // where there are several masks
  readonly cell?: { readonly query: number; readonly key: number };
  readonly what: string;
  readonly consequence: string;
  readonly fix: string;
  readonly thread: string; // URL
}

/** A finding as its lint returns it. */
export interface Found extends Omit<Finding, 'code' | 'thread'> {
  /** Codes this one explains: they are not reported beside it in the same layer. */
  readonly explains?: readonly string[];
  /** The layers it explains them in, where they are more than its own. */
  readonly layers?: readonly number[];
  /** Said only where no other lint finds anything in the layer but these. */
  readonly unless?: readonly string[];
  /** Where this very case happened, if not in the lint's own thread. */
  readonly thread?: string;
}

export interface Lint {
  readonly id: string; // 'L5'
  readonly order: number;
  readonly label: string;
  /** One sentence for people. */
  readonly summary: string;
  /** A GitHub thread where it happened. */
  readonly thread: string;
  /** Whether it looks at rows of padding too that were opened because they would read nothing; to others they read themselves. */
  readonly everyRow?: true;
  check(subject: Subject): readonly Found[];
}

export const defineLint = (lint: Lint): Lint => lint;
