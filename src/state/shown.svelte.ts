import { namesOf } from '../compare/comparison';
import { comparisonOf } from '../lessons/scene';
import { modelSpecOf, type ModelSpec } from '../spec/model';
import type { RunSpec } from '../spec/run';
import type { Stage } from './stage.svelte';

export interface ShownRun {
  readonly name: string;
  readonly spec: RunSpec;
  readonly model: ModelSpec;
}

interface Seen {
  readonly runs: readonly ShownRun[];
  /** The number of tokens in the views that count: the scene's length, or the runs' context. */
  readonly T: number;
}

/**
 * The input of a stage's views that count instead of training: the last possible settings of its runs, and the selected
 * query.
 */
export class Shown {
  /** Impossible settings change nothing on the screen; the stage says what is wrong with them. */
  #last: Seen = { runs: [], T: 1 };

  readonly #seen = $derived.by(() => {
    if (this.stage.problem !== undefined) return this.#last;
    const { now, specs } = this.stage;
    const names = namesOf(comparisonOf(now));
    return (this.#last = {
      runs: specs.map((spec, i) => ({ name: names[i]!, spec, model: modelSpecOf(spec) })),
      T: now.length ?? now.set.context,
    });
  });

  constructor(private readonly stage: Stage) {}

  get runs(): readonly ShownRun[] {
    return this.#seen.runs;
  }

  get T(): number {
    return this.#seen.T;
  }

  /** The selected query; undefined if there is none, or no such token. */
  get query(): number | undefined {
    const query = this.stage.selection.cell?.query;
    return query === undefined || query >= this.T ? undefined : query;
  }

  /** The reader selects a query. */
  pick(query: number) {
    const { selection, now } = this.stage;
    const { layer = now.focus.layer ?? 0, head = now.focus.head ?? 0 } = selection.cell ?? {};
    selection.restore({ layer, head, query, key: query });
    this.stage.look();
  }
}
