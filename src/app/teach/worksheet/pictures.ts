/**
 * @file Which pictures of a step appear on its worksheet: those of the stage that work on paper and do not give away
 * an answer of the step. The answer key has all of them.
 */
import { cellsOf } from '../../../attention/mask';
import { maskOf } from '../../../attention/expression';
import { read } from '../../../attention/parse';
import type { LayerPlan } from '../../../attention/pattern';
import { reachCone } from '../../../attention/reach';
import { namesOf } from '../../../compare/comparison';
import { masksOf, sayPattern } from '../../../lessons/pictures/masks';
import { comparisonOf, stageSpecs } from '../../../lessons/scene';
import type { Step } from '../../../lessons/lesson';
import { layersOf } from '../../../spec/run';
import { formatInteger } from '../../../core/units';

export interface PaperMask {
  readonly title: string;
  readonly about: string;
  readonly tokens: number; // drawn
  readonly cells: Uint8Array; // [tokens, tokens], src/attention/cells.ts
}

interface PaperPlan {
  readonly name: string;
  readonly layers: LayerPlan;
}

interface PaperCone {
  readonly name: string;
  readonly tokens: number;
  /** From the top of the stack down; a row per layer and one for the text. */
  readonly rows: readonly Uint8Array[];
}

export interface Pictures {
  readonly masks: readonly PaperMask[];
  readonly plans: readonly PaperPlan[];
  readonly cones: readonly PaperCone[];
  /** A recorded curve: drawn in the key; on the sheet, only axes if it is to be predicted. */
  readonly curve: boolean;
}

const NONE: Pictures = { masks: [], plans: [], cones: [], curve: false };
/** Maximum tokens of a printed mask; larger masks are unreadable cell by cell on paper. */
const MAX_DRAWN = 48;

export const anyOf = ({ masks, plans, cones, curve }: Pictures): boolean =>
  curve || masks.length + plans.length + cones.length > 0;

/** `answers`: for the key, which hides nothing. */
export function picturesOf(step: Step, before: Step | undefined, answers: boolean): Pictures {
  const { stage, exercises } = step;
  const shows = (view: string) => (stage.show as readonly string[]).includes(view);
  const asks = (...kinds: readonly string[]) => exercises.some(({ kind }) => kinds.includes(kind));
  const asksFor = (...quantities: readonly string[]) =>
    exercises.some(
      ({ kind, of }) =>
        kind === 'number' && quantities.includes((of as { quantity: string }).quantity),
    );
  const specs = stageSpecs(stage);
  const names = namesOf(comparisonOf(stage));
  const all: Pictures = {
    masks:
      shows('masks') && (answers || !asks('paint'))
        ? specs.flatMap((spec, i) => {
            const T = stage.length ?? spec.context;
            if (T > MAX_DRAWN) return [];
            return masksOf(layersOf(spec), T).map(({ label, of, pairs, cells }): PaperMask => ({
              title: specs.length > 1 ? `${names[i]}: ${label}` : capital(label),
              about: `${sayPattern(of)}; ${formatInteger(pairs)} pairs, counted`,
              tokens: T,
              cells,
            }));
          })
        : shows('bench') && stage.tokens <= MAX_DRAWN && (answers || !asks('paint', 'bug'))
          ? [
              {
                title: 'The mask',
                about: stage.mask,
                tokens: stage.tokens,
                cells: Uint8Array.from(cellsOf(maskOf(read(stage.mask), stage.tokens))),
              },
            ]
          : [],
    plans: shows('stripes')
      ? specs.map((spec, i) => ({ name: names[i]!, layers: layersOf(spec) }))
      : [],
    cones:
      shows('reach') && (answers || !asksFor('reach', 'first-out-of-reach', 'layers-needed'))
        ? specs.flatMap((spec, i) => {
            const T = Math.min(spec.context, stage.length ?? spec.context);
            if (T > MAX_DRAWN + 16) return [];
            const rows = reachCone(layersOf(spec), T, T - 1).toReversed();
            return [{ name: names[i]!, tokens: T, rows }];
          })
        : [],
    curve: shows('curve') && stage.recorded !== undefined,
  };
  // Pictures printed one step earlier are not repeated.
  const same = before && JSON.stringify(signOf(before)) === JSON.stringify(signOf(step));
  return same && !answers && !all.curve ? NONE : all;
}

const signOf = ({ stage: { set, runs, show, length, mask, tokens } }: Step) => [
  set,
  runs,
  show,
  length,
  mask,
  tokens,
];

const capital = (text: string) => text[0]!.toUpperCase() + text.slice(1);
