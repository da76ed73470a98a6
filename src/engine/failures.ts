/** @file What an error means for the run or the job it ended, as data. */
import { NoBackend } from '../core/backendFacts';
import { InputError } from '../core/check';
import type { Failure } from '../workers/train/runState';
import { Diverged } from '../train/trainer';

/** An error of the engine's own that knows its failure. */
export class Failed extends Error {
  override name = 'Failed';

  constructor(
    readonly failure: Failure,
    message: string = failure.kind,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export function failureOf(cause: unknown): Failure {
  if (cause instanceof Failed) return cause.failure;
  if (cause instanceof InputError) return { kind: 'settings', message: cause.message };
  if (cause instanceof NoBackend) return { kind: 'noBackend', of: cause.of, facts: cause.facts };
  if (cause instanceof Diverged) {
    const { loss, gradNorm, step, rate } = cause;
    return { kind: 'diverged', loss, gradNorm, step, rate };
  }
  return { kind: 'error', message: cause instanceof Error ? cause.message : String(cause) };
}
