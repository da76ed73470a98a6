import type { AskedDesk } from '../workers/masks/client';
import { InputError } from '../core/check';
import type { Answer, Kind, Question, Stretch, Written } from '../masks/questions';
import { write } from '../attention/expression';
import { writeRectangles } from '../masks/paint';
import { queriesOf, stretchesOf, type LayerDoc } from '../masks/doc';
import { subjectOf } from '../masks/given';
import type { Workbench } from './workbench.svelte';

export type Tile = Answer<'tile'>;

export const writtenOf = (layer: LayerDoc, T: number, queries = T): Written => ({
  T,
  ...(queries !== T && { queries }),
  expression: write(layer.expression),
  paint: writeRectangles(layer.paint),
});

/** The mask to compare with, if there is one. */
function otherOf({ otherExpression, doc }: Workbench): Written | undefined {
  if (!otherExpression || otherExpression instanceof InputError) return undefined;
  return writtenOf({ expression: otherExpression, paint: [] }, doc.T, doc.queries);
}

/** The intended masks: one per layer, or one for the current layer. */
function othersOf({ others, doc }: Workbench): readonly Written[] | undefined {
  if (!others || others instanceof InputError) return undefined;
  return others.map((expression) => writtenOf({ expression, paint: [] }, doc.T, doc.queries));
}

const stretches = ({ doc }: Workbench): readonly Stretch[] =>
  stretchesOf(doc.layers).map(({ layer, count }) => ({
    mask: writtenOf(layer, doc.T, doc.queries),
    count,
  }));

/** Findings: what may be wrong with the masks on the page, given everything else known about them. */
export function findingsAsked(workbench: Workbench): Question<'findings'> {
  const meant = othersOf(workbench);
  const { more, given, step } = workbench;
  const alone = meant?.length === 1; // the intended mask says nothing about other layers
  const mask = writtenOf(workbench.current, workbench.doc.T, workbench.doc.queries);
  const { declared, ...told } = subjectOf(given, alone ? 1 : workbench.doc.layers.length);
  return {
    kind: 'findings',
    layers: alone ? [{ mask, count: 1 }] : stretches(workbench),
    ...(meant && { meant }),
    more: {
      ...more,
      ...told,
      ...(meant && workbench.isIntended && { intended: true }),
      ...(step && { step }),
      ...((declared || more?.declared) && { declared: { ...more?.declared, ...declared } }),
    },
  };
}

/** Undefined if there is no mask to compare with. */
export function differenceAsked(workbench: Workbench): Question<'difference'> | undefined {
  const other = otherOf(workbench);
  const mask = writtenOf(workbench.current, workbench.doc.T, workbench.doc.queries);
  return other && { kind: 'difference', mask, other };
}

/** The latest answer to one kind of question: while one is in flight, only the newest waits. */
export class Latest<K extends Kind> {
  value = $state.raw<Answer<K> | undefined>();
  problem = $state<string | undefined>();
  /** Whether a newer question is still unanswered. */
  stale = $state(false);
  #waiting: Question<K> | undefined;
  #asking = false;

  constructor(private readonly desk: AskedDesk) {}

  ask(question: Question<K>): void {
    this.#waiting = question;
    this.stale = true;
    if (!this.#asking) void this.#next();
  }

  async #next(): Promise<void> {
    this.#asking = true;
    while (this.#waiting) {
      const question = this.#waiting;
      this.#waiting = undefined;
      try {
        this.value = await this.desk.ask(question);
        this.problem = undefined;
      } catch (error) {
        this.problem = error instanceof Error ? error.message : String(error);
      }
    }
    this.#asking = false;
    this.stale = false;
  }
}

/** Everything the workbench shows that is computed by the masks' worker. */
export class Answers {
  readonly tile: Latest<'tile'>;
  readonly weights: Latest<'weights'>;
  readonly difference: Latest<'difference'>;
  readonly numbers: Latest<'numbers'>;
  readonly stack: Latest<'stack'>;
  readonly findings: Latest<'findings'>;
  /** For all other questions, asked directly. */
  readonly desk: AskedDesk;
  /** Pixels per side of the picture. */
  pixels = $state(512);

  readonly #stop: () => void;

  constructor(workbench: Workbench, desk: AskedDesk) {
    this.desk = desk;
    this.tile = new Latest(desk);
    this.weights = new Latest(desk);
    this.difference = new Latest(desk);
    this.numbers = new Latest(desk);
    this.stack = new Latest(desk);
    this.findings = new Latest(desk);
    this.#stop = $effect.root(() => {
      $effect(() => {
        const mask = writtenOf(workbench.current, workbench.doc.T, workbench.doc.queries);
        const other = otherOf(workbench);
        const { viewport } = workbench;
        this.tile.ask({
          kind: 'tile',
          mask,
          viewport,
          pixels: this.pixels,
          ...(other && { other }),
        });
      });
      $effect(() => {
        const mask = writtenOf(workbench.current, workbench.doc.T, workbench.doc.queries);
        const other = otherOf(workbench);
        const difference = differenceAsked(workbench);
        if (difference) this.difference.ask(difference);
        const { block } = workbench;
        this.numbers.ask({ kind: 'numbers', mask, block, ...(other && { other }) });
      });
      $effect(() => {
        const { weights, layer, viewport } = workbench;
        if (weights)
          this.weights.ask({ kind: 'weights', ...weights, layer, viewport, pixels: this.pixels });
      });
      $effect(() => {
        const { doc, cell } = workbench;
        const layers = stretches(workbench);
        const query = cell?.query ?? queriesOf(doc) - 1;
        this.stack.ask({ kind: 'stack', layers, query, ...(cell && { key: cell.key }) });
      });
      $effect(() => this.findings.ask(findingsAsked(workbench)));
    });
  }

  dispose(): void {
    this.#stop();
  }
}
