/** @file What plans cost against the length of the context: a sweep's measurements as charts, with what was predicted beside them. */
import { plans } from '../attention/plans';
import type { KernelId } from '../attention/kernels';
import { trainingMemory } from '../model/memory';
import { trainingFlops } from '../spec/cost';
import { modelSpecOf } from '../spec/model';
import type { RunSpec } from '../spec/run';
import type { Chart, Look, Table } from './chart';

/** A sweep's row, see the link's protocol. */
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

const VALUE: Record<Quantity, { readonly label: string; of(row: Measured): number | undefined }> = {
  step: { label: 'ms per training step', of: ({ stepMs }) => stepMs },
  token: { label: 'ms per generated token', of: ({ tokenMs }) => tokenMs },
  memory: {
    label: 'MiB while training',
    of: ({ bytes }) => (bytes === undefined ? undefined : bytes / 2 ** 20),
  },
};

/** FLOPs one training step needs: one sequence. */
export function stepFlops(spec: RunSpec, { plan, context }: Measured, kernel: KernelId): number {
  return context * trainingFlops(modelSpecOf({ ...spec, plan, context, batch: 1 }), kernel).done;
}

/**
 * Milliseconds the counts alone predict: the first measured row's pace, FLOP for FLOP of what the kernels
 * compute. Undefined before there is such a row.
 */
export function predictedMs(
  spec: RunSpec,
  rows: readonly Measured[],
  row: Measured,
  kernel: KernelId,
): number | undefined {
  const first = rows.find(({ stepMs }) => stepMs !== undefined);
  if (!first) return undefined;
  return (first.stepMs! * stepFlops(spec, row, kernel)) / stepFlops(spec, first, kernel);
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
    })),
    table: efficiencyTable(spec, rows, kernel),
  };
}

const rounded = (value: number | undefined, digits = 4) =>
  value === undefined ? '' : Number(value.toPrecision(digits));

/** Everything that was measured, what was predicted, and what was not measured and why. */
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
      'bytes of keys and values, counted',
      'note',
    ],
    rows: rows.map((row) => [
      row.plan,
      row.context,
      rounded(row.stepMs),
      row.steps ?? '',
      rounded(predictedMs(spec, rows, row, kernel)),
      rounded(stepFlops(spec, row, kernel), 6),
      row.bytes ?? '',
      trainingMemory(
        modelSpecOf({ ...spec, plan: row.plan, context: row.context, batch: 1 }),
        1,
        kernel,
      ).peak,
      rounded(row.tokenMs),
      row.cacheBytes ?? '',
      row.why ?? '',
    ]),
  };
}

/** What the longest context shows, in a sentence made from the numbers. */
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
      return `${plans.get(row.plan).label} takes ${ratio >= 1 ? `${ratio.toFixed(1)} times less` : `${(1 / ratio).toFixed(1)} times more`}`;
    });
  return `At ${longest} tokens a step of Global takes ${Math.round(global.stepMs!)} ms; ${others.join(', ')}. Tokens are generated in plain JavaScript, one by one, up to a context of 1,024.`;
}
