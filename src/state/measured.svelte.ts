import type { Engine } from '../workers/train/client';
import type { Evaluation, Validation } from '../workers/train/results';
import type { RepeatRecord } from '../compare/history';
import type { RunSpec } from '../spec/run';
import { Repetition } from './repetition.svelte';

/** While runs train, the first full evaluation is taken at this step, and another whenever their steps have doubled. */
export const FIRST_EVALUATION = 64;

/** Whether compared runs are due for a full evaluation: `last` is the step of the last one, 0 if there was none. */
export function evaluationIsDue(step: number, last: number, training: boolean): boolean {
  if (!training) return step > 0 && step !== last;
  return step >= Math.max(FIRST_EVALUATION, 2 * last);
}

/** The part of the compared runs needed here. */
export interface Subject {
  readonly specs: readonly RunSpec[];
  /** Only runs that train, or could. */
  readonly alive: readonly {
    readonly step: number;
    readonly evaluation: Evaluation | undefined;
    readonly validations: readonly Validation[];
    readonly text?: string | undefined;
    readonly state: { readonly phase: string };
  }[];
  /** Asks every run in the same round. */
  evaluate(): void;
}

/** The full evaluations behind the figures: taken while the figures are visible, and over several seeds on request. */
export class Measured {
  /** The figures are visible. */
  watched = $state(false);
  readonly repetition: Repetition;
  /** The step of the last requested evaluation. */
  #asked = 0;

  constructor(
    engine: Engine,
    private readonly subject: Subject,
  ) {
    this.repetition = new Repetition(engine);
  }

  /** Records of the runs from other seeds, taken at `repetition.steps`. */
  get repeats(): readonly RepeatRecord[] {
    const { rows, specs } = this.repetition;
    const runs = this.subject.specs.length;
    return rows.map(({ index, validations, evaluation }) => ({
      run: index % runs,
      seed: specs[index]!.seed,
      validations,
      evaluation,
    }));
  }

  /** Call after any change: requests an evaluation if one is due. */
  look(training: boolean): void {
    const { alive } = this.subject;
    const step = Math.min(...alive.map((run) => run.step));
    if (!Number.isFinite(step)) return;
    this.#asked = Math.min(this.#asked, step); // steps were lost with a device
    const settled = training || alive.every(({ state }) => state.phase === 'paused');
    if (this.watched && settled && evaluationIsDue(step, this.#asked, training)) this.now();
  }

  now = (): void => {
    this.#asked = Math.min(...this.subject.alive.map((run) => run.step));
    this.subject.evaluate();
  };

  /**
   * Trains all runs again from the next seeds, up to their current step. Each round of seeds is complete before the
   * next begins.
   */
  repeat = (seeds: number): void => {
    const { specs, alive } = this.subject;
    const [first] = alive;
    if (!first || first.step === 0) return;
    const others = Array.from({ length: seeds }, (_, i) =>
      specs.map((spec) => ({ ...spec, seed: spec.seed + i + 1 })),
    ).flat();
    if (alive.some(({ evaluation, step }) => evaluation?.step !== step)) this.now();
    const looks = first.validations.map(({ step }) => step);
    this.repetition.start(others, first.step, looks, first.text);
  };

  /** Call when other runs are compared from now on. */
  forget(): void {
    this.#asked = 0;
    this.repetition.stop();
    this.repetition.clear();
  }
}
