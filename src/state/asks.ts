/**
 * @file The interface that controls and the top of a page use: the Lab, a comparison and a lesson's stage implement it.
 */
import type { RunSpec } from '../spec/run';
import type { Session } from '../session/session.svelte';

/** The default: no control is hidden or fixed. */
export const NONE: ReadonlySet<string> = new Set();

/** The requested settings. */
export interface Asks {
  /** The user's own text, and the settings that actually train. */
  readonly session: Pick<Session, 'text' | 'write' | 'refused' | 'survey' | 'unmet' | 'training'>;
  readonly spec: RunSpec;
  readonly hidden: ReadonlySet<string>;
  readonly fixed: ReadonlySet<string>;
  readonly change: (settings: Partial<RunSpec>) => void;
  /** The number of a mask that was just added elsewhere, from 1; the component that shows its field clears this. */
  fresh?: number | undefined;
}

/** Why the settings are impossible, and settings that would repair them. */
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
  /** The settings that Train uses while the user's requested text is not in use. */
  readonly instead: string | undefined;
  readonly spec: RunSpec;
  readonly embedded: boolean;
  readonly hidden: ReadonlySet<string>;
  readonly fixed: ReadonlySet<string>;
  readonly change: (settings: Partial<RunSpec>) => void;
}
