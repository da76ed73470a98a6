/** @file What controls and the top of a page need of whoever answers them: the Lab with its one run, or a race of several. */
import type { BackendInfo, RunState } from '../link/protocol';
import type { Survey } from '../data/alphabet';
import type { Refusal } from '../data/room';
import type { RunSpec } from '../spec/run';
import type { Unmet } from './ownLetters.svelte';

/** No control is hidden, or none is fixed. */
export const NONE: ReadonlySet<string> = new Set();

/** Settings, asked for. */
export interface Asks {
  readonly spec: RunSpec;
  readonly text: string;
  readonly hidden: ReadonlySet<string>;
  readonly fixed: ReadonlySet<string>;
  readonly change: (settings: Partial<RunSpec>) => void;
  readonly write: (text: string) => void;
  /** Settings of what really trains: while what was asked for cannot be, they are others. */
  readonly training: RunSpec;
  /** Why the person's own text cannot be trained on, where it was asked for. */
  readonly refused: Refusal | undefined;
  /** What was found in that text. */
  readonly survey: Survey | undefined;
  /** Why that text is not read in the characters that a link asks for. */
  readonly unmet: Unmet | undefined;
  /** A mask that was only just added elsewhere, from 1; whoever shows its field takes it. */
  fresh?: number | undefined;
}

/** Settings that cannot be, and what would mend them. */
export interface Refuses {
  readonly problem: string | undefined;
  /** The problem is the person's own text: it is said where that was given. */
  readonly refused: Refusal | undefined;
  readonly repair: Partial<RunSpec> | undefined;
  readonly change: (settings: Partial<RunSpec>) => void;
}

/** A run's state; of several runs, `run` is the one that is being prepared, from 1. */
export type DriveState =
  RunState | (Extract<RunState, { phase: 'preparing' }> & { readonly run: number });

/** Training, as the top of the page shows and drives it. */
export interface Drive {
  readonly state: DriveState;
  readonly backend: BackendInfo | undefined;
  readonly step: number;
  readonly tokensPerSecond: number | undefined;
  readonly wish: boolean;
  readonly suspended: boolean;
  readonly toggle: () => void;
  readonly once: () => void;
}

export interface Driven {
  /** What Train trains on while the person's own text, which was asked for, is not in use. */
  readonly instead: string | undefined;
  readonly run: Drive;
  readonly spec: RunSpec;
  readonly embedded: boolean;
  readonly hidden: ReadonlySet<string>;
  readonly fixed: ReadonlySet<string>;
  readonly change: (settings: Partial<RunSpec>) => void;
  readonly reset: () => void;
}
