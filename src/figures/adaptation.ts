/** @file An adaptation to a longer context as a figure: perplexity by position before, during and after. */
import { fixed } from '../core/numbers';
import type { AdaptPlan, Role } from '../spec/adaptation';
import { bucketsOf, perplexity, type Bucket, type PositionLosses } from './buckets';
import type { Chart, Series } from './chart';

/** One model at one moment. */
export interface AdaptedLook {
  readonly role: Role;
  readonly step: number;
  readonly buckets: readonly Bucket[];
}

export interface Adapted {
  /** Context the model was trained with, tokens. */
  readonly context: number;
  readonly plan: AdaptPlan;
  readonly looks: readonly AdaptedLook[];
}

/** Buckets that begin short, so that short texts show separately. */
export const adaptedBuckets = (positions: PositionLosses): readonly Bucket[] =>
  bucketsOf(positions, Math.max(16, positions.losses.length / 32));

const LOOKS = { 'as it was': 'approximate', adapted: 'global', 'from scratch': 'local' } as const;

const NAMES: Readonly<Record<Role, string>> = {
  'as it was': /* a message */ 'as it was',
  adapted: /* a message */ 'adapted',
  'from scratch': /* a message */ 'from scratch',
};

/** Whether the label is the role alone. */
const isLast = ({ role, step }: AdaptedLook, last: number): boolean =>
  role !== 'adapted' || step === last;

function labelOf(look: AdaptedLook, last: number): string {
  const { role, step } = look;
  if (isLast(look, last)) return NAMES[role];
  return step === 0 ? 'changed, untrained' : `after ${step} steps`;
}

/** undefined if nothing was evaluated yet. */
export function adaptationChart({ context, plan, looks }: Adapted): Chart | undefined {
  // Only the end of the run from scratch: its first steps have learned nothing.
  const shown = looks.filter(({ role, step }) => role !== 'from scratch' || step === plan.steps);
  if (shown.length === 0) return undefined;
  const series = shown.map((look): Series => {
    const label = labelOf(look, plan.steps);
    return {
      id: isLast(look, plan.steps) ? look.role : label,
      label,
      look: LOOKS[look.role],
      weight: isLast(look, plan.steps) ? 2 : 1,
      points: look.buckets.map(({ to, loss }) => {
        const y = perplexity(loss);
        return { x: to, y, low: y, high: y };
      }),
    };
  });
  return {
    x: { label: 'tokens read (up to)', scale: 'log2' },
    y: { label: 'perplexity', scale: 'linear' },
    series,
    cliffs: [{ x: context, label: 'trained so far' }],
    table: {
      columns: ['tokens read, up to', ...series.map(({ label }) => label)],
      rows: shown[0]!.buckets.map(({ to }, i) => [
        to,
        ...series.map(({ points }) => Number(points[i]!.y.toFixed(3))),
      ]),
    },
  };
}

/** The outcome: at the longest texts, and compared with the end of the model's own context. */
export function wordsOfAdaptation({ context, plan }: Adapted, chart: Chart | undefined): string {
  const at = (role: Role) => {
    const points = chart?.series.find(({ id }) => id === role)?.points;
    const own = points?.findLast(({ x }) => x <= context);
    return points && own ? { far: points.at(-1)!.y, own: own.y } : undefined;
  };
  const [before, after, scratch] = [
    at(/* not a message */ 'as it was'),
    at('adapted'),
    at(/* not a message */ 'from scratch'),
  ];
  if (!before) return '';
  const slope = ({ far, own }: { far: number; own: number }) =>
    `${fixed(far, 2)} (${far < own ? '−' : '+'}${fixed(Math.abs(100 * (far / own - 1)), 0)} % against ${context})`;
  const said = [`At ${context * plan.times} tokens perplexity is ${slope(before)} as it was`];
  if (after) said.push(`${slope(after)} after ${plan.steps} steps`);
  if (scratch) said.push(`${fixed(scratch.far, 2)} from scratch with as many`);
  return `${said.join(', ')}. Measured on held-out text.`;
}
