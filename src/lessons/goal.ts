/**
 * @file Goals: what the reader must do in a step. A goal is data in a lesson, and a check of what happened on the
 * stage.
 */
import { withinSentence } from '../core/sentence';
import { check } from '../core/check';
import { Fields } from '../core/fields';
import { plain } from '../core/numbers';
import type { RunSpec, Setting } from '../spec/run';
import { controlOf } from '../spec/controls';
import type { Own } from '../compare/comparison';
import { isSetting, settingsOf } from './settings';

export type Goal =
  /** Trained for this many steps, here or in the recording that was played. */
  | { readonly kind: 'trained'; readonly steps: number }
  /** A setting was changed, to this value if one is given. */
  | { readonly kind: 'changed'; readonly setting: Setting; readonly to?: RunSpec[Setting] }
  /** A query was pointed at or locked. */
  | { readonly kind: 'selected' }
  /** The held-out accuracy or loss of a run is above or below a bound. */
  | {
      readonly kind: 'metric';
      readonly metric: 'accuracy' | 'loss';
      readonly run: number; // from 0
      readonly above?: number;
      readonly below?: number;
    }
  /** A model wrote this many tokens. */
  | { readonly kind: 'wrote'; readonly tokens: number };

/** What happened since the reader entered the step. */
export interface Happened {
  readonly steps: number;
  /** Shared settings that the reader changed, with their current values. */
  readonly changed: Partial<RunSpec>;
  /** The same for settings of single runs, by run. */
  readonly ofRuns: Readonly<Record<number, Partial<Own>>>;
  readonly selected: boolean;
  readonly results: readonly ({ readonly accuracy: number; readonly loss: number } | undefined)[];
  readonly wrote: number; // tokens
}

export function goalsOf(value: unknown, what: string): readonly Goal[] {
  const all = Array.isArray(value) ? value : [value];
  check(
    all.length >= 1 && all.length <= 4,
    `${what} should be one thing to do, or a list of 4 at most`,
  );
  return all.map((one) => goalOf(one, what));
}

function goalOf(value: unknown, what: string): Goal {
  const fields = new Fields(value, what);
  const goal = ((): Goal => {
    if (fields.has('trained'))
      return { kind: 'trained', steps: fields.whole('trained', { min: 1, max: 5000 }) };
    if (fields.has('changed')) {
      const setting = fields.string('changed');
      check(isSetting(setting), `changed of ${what} is '${setting}', which is not a setting`);
      if (!fields.has('to')) return { kind: 'changed', setting };
      const to = settingsOf({ [setting]: fields.get('to') }, what)[setting]!;
      return { kind: 'changed', setting, to };
    }
    if (fields.has('selected')) {
      fields.flag('selected');
      return { kind: 'selected' };
    }
    if (fields.has('metric')) {
      const bound = (name: string) => fields.number(name, { min: 0, max: 100 });
      const metric = fields.oneOf('metric', ['accuracy', 'loss'] as const);
      const run = fields.whole('run', { min: 1, max: 4 }, 1) - 1;
      const above = fields.has('above') ? { above: bound('above') } : {};
      const below = fields.has('below') ? { below: bound('below') } : {};
      const goal: Goal = { kind: 'metric', metric, run, ...above, ...below };
      check('above' in goal || 'below' in goal, `${what} should say above or below what`);
      return goal;
    }
    return { kind: 'wrote', tokens: fields.whole('wrote', { min: 1, max: 1000 }) };
  })();
  fields.end();
  return goal;
}

export function reached(goal: Goal, happened: Happened): boolean {
  switch (goal.kind) {
    case 'trained':
      return happened.steps >= goal.steps;
    case 'changed': {
      const { setting, to } = goal;
      const values = [happened.changed, ...Object.values(happened.ofRuns)].flatMap((one) =>
        setting in one ? [one[setting as keyof typeof one]] : [],
      );
      return to === undefined ? values.length > 0 : values.includes(to as never);
    }
    case 'selected':
      return happened.selected;
    case 'metric': {
      const value = happened.results[goal.run]?.[goal.metric];
      if (value === undefined) return false;
      return value > (goal.above ?? -Infinity) && value < (goal.below ?? Infinity);
    }
    case 'wrote':
      return happened.wrote >= goal.tokens;
  }
}

/** A goal's name in stored progress. It does not depend on the other goals, which a teacher's link may remove. */
export function goalKey(goal: Goal): string {
  switch (goal.kind) {
    case 'trained':
      return `trained ${goal.steps}`;
    case 'changed':
      return `changed ${goal.setting}${goal.to === undefined ? '' : ` ${goal.to}`}`;
    case 'selected':
      return 'selected';
    case 'metric':
      return `${goal.metric} ${goal.run} ${goal.above ?? ''}–${goal.below ?? ''}`;
    case 'wrote':
      return `wrote ${goal.tokens}`;
  }
}

/**
 * The goal in words: 'Train for 100 steps, or watch the recording to its end'. `watched`: there is no training, only a
 * recording.
 */
export function sayGoal(goal: Goal, runs = 1, watched = false): string {
  switch (goal.kind) {
    case 'trained':
      if (watched) return 'Watch the recording to its end';
      return `Train for ${goal.steps} steps, or watch the recording to its end`;
    case 'changed':
      return goal.setting === 'stripes' && goal.to === undefined
        ? 'Give a stripe another pattern'
        : `Change the ${labelOf(goal.setting)}${goal.to === undefined ? '' : ` to ${typeof goal.to === 'number' ? plain(goal.to) : goal.to}`}`;
    case 'selected':
      return 'Look at one row: point at it, tap it, or use the arrow keys';
    case 'metric': {
      const value = (x: number) => (goal.metric === 'accuracy' ? `${plain(100 * x)} %` : plain(x));
      const bound =
        goal.above === undefined ? `below ${value(goal.below!)}` : `above ${value(goal.above)}`;
      const whose = runs > 1 ? ` in run ${goal.run + 1}` : '';
      return `Get ${goal.metric === 'loss' ? 'a loss' : 'an accuracy'} ${bound}${whose}`;
    }
    case 'wrote':
      return `Let it write ${goal.tokens} tokens`;
  }
}

const labelOf = (setting: Setting): string => withinSentence(controlOf(setting).label);
