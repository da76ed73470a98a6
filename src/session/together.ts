/** @file The state of several runs as one state, for the top of a page. */
import type { RunState } from '../workers/train/runState';
import type { RunSpec } from '../spec/run';
import type { Run } from './run.svelte';

/** Steps averaged for the tokens per second. */
const RECENT = 20;

/** A run's state. If there are several runs, `run` is the number of the one being prepared, from 1. */
export type DriveState =
  RunState | (Extract<RunState, { phase: 'preparing' }> & { readonly run: number });

/** A single run's own state; several are ready when all of them are, and over when none is left. */
export function stateOfAll(runs: readonly Run[], wish: boolean, step: number): DriveState {
  const states = runs.map(({ state }) => state);
  const alive = states.filter(({ phase }) => phase !== 'failed');
  const preparing = alive.flatMap((state) => (state.phase === 'preparing' ? [state] : []));
  const [only, ...others] = states;
  const [first] = preparing;
  if (only && others.length === 0 && alive.length === preparing.length) return only;
  if (alive.length === 0)
    return { phase: 'failed', failure: { kind: 'error', message: 'every run stopped' } };
  if (first) {
    const ready = runs.length - preparing.length;
    const progress = (ready + (first.progress ?? 0)) / runs.length;
    return { phase: 'preparing', doing: first.doing, run: ready + 1, progress };
  }
  const [moved] = alive.flatMap((state) => ('moved' in state && state.moved ? [state.moved] : []));
  return { phase: wish ? 'running' : 'paused', step, ...(moved && { moved }) };
}

/** Tokens per second of all runs together, each counted during its own turns; undefined before the first step. */
export function tokensPerSecond(
  runs: readonly Run[],
  { batch, context }: RunSpec,
): number | undefined {
  const recent = runs.flatMap(({ history }) => history.slice(-RECENT));
  const ms = recent.reduce((sum, step) => sum + step.ms, 0);
  return ms > 0 ? (1000 * recent.length * batch * context) / ms : undefined;
}
