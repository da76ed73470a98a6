/** @file The numbers of one run in the table of runs, and how they differ from the first run's. */
import { fixed } from '../../core/numbers';
import type { History } from '../../compare/history';
import { smooth } from '../../draw/curves';
import type { RunSpec } from '../../spec/run';

const HALF_LIFE = 5; // steps, as in the charts
const SMOOTHED = 100; // steps; earlier ones do not change the smoothed loss
const RECENT = 20; // steps averaged for tokens per second

/** Loss at the last step, smoothed; the last validation; tokens per second. Undefined: nothing yet. */
export function numbersOf(
  { steps, validations }: Pick<History, 'steps' | 'validations'>,
  { batch, context }: Pick<RunSpec, 'batch' | 'context'>,
) {
  const recent = steps.slice(-RECENT);
  const ms = recent.reduce((sum, step) => sum + step.ms, 0);
  return {
    step: steps.length,
    loss: smooth(
      steps.slice(-SMOOTHED).map(({ loss }) => loss),
      HALF_LIFE,
    ).at(-1),
    validation: validations.at(-1),
    speed: ms > 0 ? (1000 * recent.length * batch * context) / ms : undefined,
  };
}

interface Compared {
  readonly validation: { readonly step: number; readonly loss: number } | undefined;
  readonly flops: number; // per token
  /** Whether documents share rows, so that its FLOPs are only an upper limit. */
  readonly packed: boolean;
}

const signed = (value: number, text: string) => `${value > 0 ? '+' : value < 0 ? '−' : '±'}${text}`;

/** Losses are compared only at the same step. */
export function gapTo(first: Compared, own: Compared): { loss: string; flops: string } {
  const [a, b] = [own.validation, first.validation];
  const loss = a && b && a.step === b.step ? a.loss - b.loss : undefined;
  const flops = own.flops / first.flops - 1;
  return {
    loss: loss === undefined ? '–' : signed(Number(loss.toFixed(3)), fixed(Math.abs(loss), 3)),
    flops:
      own.packed || first.packed
        ? ''
        : `${signed(Math.round(100 * flops), fixed(Math.abs(100 * flops), 0))} % FLOPs`,
  };
}
