import type { Engine } from '../link/client';
import type { Evaluation, Validation } from '../link/protocol';
import type { RepeatRecord } from '../compare/history';
import type { RunSpec } from '../spec/run';
import { Repetition } from './repetition.svelte';

/** While runs train, the first closer look is taken here, and another one whenever they have doubled their steps. */
export const FIRST_LOOK = 64;

/** Whether compared runs should be looked at more closely now: `last` is the step of the last look, 0 before there was one. */
export function lookIsDue(step: number, last: number, training: boolean): boolean {
  if (!training) return step > 0 && step !== last;
  return step >= Math.max(FIRST_LOOK, 2 * last);
}

/** Of the compared runs, what is needed here. */
export interface Subject {
  readonly specs: readonly RunSpec[];
  /** Of the runs that train, or could. */
  readonly alive: readonly {
    readonly step: number;
    readonly evaluation: Evaluation | undefined;
    readonly validations: readonly Validation[];
    readonly text?: string | undefined;
    readonly state: { readonly phase: string };
  }[];
  /** Every run is asked in the same round. */
  evaluate(): void;
}

/** The closer looks the figures are drawn from: taken while somebody sees the figures, and over several seeds where somebody asks. */
export class Measured {
  /** The figures are on the screen. */
  watched = $state(false);
  readonly repetition: Repetition;
  /** The step of the last look that was asked for. */
  #asked = 0;

  constructor(
    engine: Engine,
    private readonly subject: Subject,
  ) {
    this.repetition = new Repetition(engine);
  }

  /** Other seeds that were trained, as records: they stand at `repetition.steps`. */
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

  /** Something happened: is a look due? */
  look(training: boolean): void {
    const { alive } = this.subject;
    const step = Math.min(...alive.map((run) => run.step));
    if (!Number.isFinite(step)) return;
    this.#asked = Math.min(this.#asked, step); // a lost device took steps with it
    const settled = training || alive.every(({ state }) => state.phase === 'paused');
    if (this.watched && settled && lookIsDue(step, this.#asked, training)) this.now();
  }

  now = (): void => {
    this.#asked = Math.min(...this.subject.alive.map((run) => run.step));
    this.subject.evaluate();
  };

  /** Trains all runs again from the next seeds, as far as they are now. Every round of seeds is complete before the next begins. */
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

  /** Other runs are compared from here on. */
  forget(): void {
    this.#asked = 0;
    this.repetition.stop();
    this.repetition.clear();
  }
}
