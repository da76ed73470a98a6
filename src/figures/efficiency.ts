/** @file What plans cost by length of the context: a sweep's measurements as charts, with the predictions. */
import { withinSentence } from '../core/sentence';
import { fixed } from '../core/numbers';
import { cachedKeys, FLOPS_PER_PAIR_AND_DIM } from '../attention/cost';
import { plans } from '../attention/plans';
import { trainingMemory } from '../model/memory';
import { trainingFlops, type KernelId } from '../spec/cost';
import { matmulWeights, modelSpecOf } from '../spec/model';
import type { RunSpec } from '../spec/run';
import type { Chart, Look, Table } from './chart';

/** A row of a sweep, see the link's protocol. */
export interface Measured {
  readonly plan: string;
  readonly context: number; // tokens
  readonly stepMs?: number;
  readonly steps?: number;
  readonly bytes?: number;
  readonly tokenMs?: number;
  readonly cacheBytes?: number;
  readonly why?: string;
}

export type Quantity = 'step' | 'token' | 'memory';

const MIB = 2 ** 20;
/** The settings of a row's model, with one sequence per batch. */
const modelOf = (spec: RunSpec, { plan, context }: Measured) =>
  modelSpecOf({ ...spec, plan, context, batch: 1 });

const VALUE: Record<Quantity, { readonly label: string; of(row: Measured): number | undefined }> = {
  step: { label: 'ms per training step', of: ({ stepMs }) => stepMs },
  token: { label: 'ms per generated token', of: ({ tokenMs }) => tokenMs },
  memory: {
    label: 'MiB while training',
    of: ({ bytes }) => (bytes === undefined ? undefined : bytes / MIB),
  },
};

/** FLOPs needed by one training step: one sequence. */
export function stepFlops(spec: RunSpec, { plan, context }: Measured, kernel: KernelId): number {
  return context * trainingFlops(modelOf(spec, { plan, context }), kernel).done;
}

/** FLOPs of one generated token that reads a full context: every weight, and every cached key and value, once. */
export function tokenFlops(spec: RunSpec, row: Measured): number {
  const m = modelOf(spec, row);
  const keys = m.layers.reduce((sum, layer) => sum + cachedKeys(layer, m.context), 0);
  return 2 * matmulWeights(m) + FLOPS_PER_PAIR_AND_DIM * keys * m.heads * m.headDim;
}

/** Predicted bytes of a training step. */
const predictedBytes = (spec: RunSpec, row: Measured, kernel: KernelId): number =>
  trainingMemory(modelOf(spec, row), 1, kernel).peak;

/**
 * What the counts alone predict for a row: milliseconds at the first measured row's rate per FLOP, undefined
 * before there is such a row; MiB as the sum over the planned step.
 */
export function predicted(
  spec: RunSpec,
  rows: readonly Measured[],
  row: Measured,
  kernel: KernelId,
  quantity: Quantity,
): number | undefined {
  if (quantity === 'memory') return predictedBytes(spec, row, kernel) / MIB;
  const { of } = VALUE[quantity];
  const first = rows.find((one) => of(one) !== undefined);
  if (!first) return undefined;
  const flops = (one: Measured) =>
    quantity === 'step' ? stepFlops(spec, one, kernel) : tokenFlops(spec, one);
  return (of(first)! * flops(row)) / flops(first);
}

export function efficiencyChart(
  spec: RunSpec,
  rows: readonly Measured[],
  kernel: KernelId,
  quantity: Quantity,
): Chart {
  const { label, of } = VALUE[quantity];
  const ids = [...new Set(rows.map(({ plan }) => plan))];
  return {
    x: { label: 'context, tokens', scale: 'log2' },
    y: { label, scale: quantity === 'memory' ? 'linear' : 'log10' },
    series: ids.map((plan) => ({
      id: plan,
      label: plans.get(plan).label,
      look: plan as Look,
      points: rows
        .filter((row) => row.plan === plan && of(row) !== undefined)
        .map((row) => {
          const y = of(row)!;
          return { x: row.context, y, low: y, high: y };
        }),
      predicted: rows
        .filter((row) => row.plan === plan)
        .flatMap((row) => {
          const y = predicted(spec, rows, row, kernel, quantity);
          return y === undefined ? [] : [{ x: row.context, y }];
        }),
    })),
    table: efficiencyTable(spec, rows, kernel),
  };
}

const rounded = (value: number | undefined, digits = 4) =>
  value === undefined ? '' : Number(value.toPrecision(digits));

/** Everything measured, everything predicted, and what was not measured and why. */
export function efficiencyTable(spec: RunSpec, rows: readonly Measured[], kernel: KernelId): Table {
  return {
    columns: [
      'plan',
      'context',
      'ms per step, measured',
      'steps',
      'ms per step, predicted from the first row',
      'FLOPs per step, counted',
      'bytes, measured',
      'bytes, predicted',
      'ms per generated token, measured',
      'ms per generated token, predicted from the first row',
      'bytes of keys and values, counted',
      'note',
    ],
    rows: rows.map((row) => [
      withinSentence(plans.get(row.plan).label),
      row.context,
      rounded(row.stepMs),
      row.steps ?? '',
      rounded(predicted(spec, rows, row, kernel, 'step')),
      rounded(stepFlops(spec, row, kernel), 6),
      row.bytes ?? '',
      predictedBytes(spec, row, kernel),
      rounded(row.tokenMs),
      rounded(predicted(spec, rows, row, kernel, 'token')),
      row.cacheBytes ?? '',
      row.why ?? '',
    ]),
  };
}

/** The finding: what the longest context shows, in a sentence generated from the numbers. */
export function wordsOfEfficiency(rows: readonly Measured[]): string {
  const measured = rows.filter(({ stepMs }) => stepMs !== undefined);
  const longest = Math.max(...measured.map(({ context }) => context));
  const at = measured.filter(({ context }) => context === longest);
  const global = at.find(({ plan }) => plan === 'global');
  if (!global || at.length < 2)
    return 'One step of every plan at every context, one sequence each.';
  const others = at
    .filter((row) => row !== global)
    .map((row) => {
      const ratio = global.stepMs! / row.stepMs!;
      return `${plans.get(row.plan).label} is ${ratio >= 1 ? `${fixed(ratio, 1)} times faster` : `${fixed(1 / ratio, 1)} times slower`}`;
    });
  return `At ${longest} tokens a step of Global takes ${Math.round(global.stepMs!)} ms; ${others.join(', ')}. Tokens are generated in plain JavaScript, one by one, up to a context of 1,024.`;
}
