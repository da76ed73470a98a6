/** @file What controls and the top of a page need of what answers them: the Lab, a comparison, a lesson's stage. */
import type { RunSpec } from '../spec/run';
import type { Session } from '../session/session.svelte';

/** No control is hidden, or fixed. */
export const NONE: ReadonlySet<string> = new Set();

/** Settings, asked for. */
export interface Asks {
  /** The person's own text, and what really trains. */
  readonly session: Pick<Session, 'text' | 'write' | 'refused' | 'survey' | 'unmet' | 'training'>;
  readonly spec: RunSpec;
  readonly hidden: ReadonlySet<string>;
  readonly fixed: ReadonlySet<string>;
  readonly change: (settings: Partial<RunSpec>) => void;
  /** A mask just added elsewhere, from 1; the component that shows its field clears this. */
  fresh?: number | undefined;
}

/** Impossible settings, and what would repair them. */
export interface Refuses {
  readonly session: Pick<Session, 'problem' | 'refused' | 'repair'>;
  readonly change: (settings: Partial<RunSpec>) => void;
}

/** Training, as shown and driven at the top of the page. */
export type Drive = Pick<
  Session,
  | 'state'
  | 'backend'
  | 'step'
  | 'tokensPerSecond'
  | 'wish'
  | 'suspended'
  | 'toggle'
  | 'once'
  | 'reset'
>;

export interface Driven {
  readonly session: Drive;
  /** What Train uses while the requested text of the person is not in use. */
  readonly instead: string | undefined;
  readonly spec: RunSpec;
  readonly embedded: boolean;
  readonly hidden: ReadonlySet<string>;
  readonly fixed: ReadonlySet<string>;
  readonly change: (settings: Partial<RunSpec>) => void;
}
