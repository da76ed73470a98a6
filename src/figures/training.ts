/**
 * @file How training went, in sentences: when each seed learned to use the helpful text, and whether the curves are
 * flat at the end.
 */
import { formatInteger } from '../core/units';
import { first, listed, partiesOf } from './parties';
import type { Result } from './result';
import { mean, verdictOn } from './verdict';

/**
 * The validation step by which each seed has covered half the gap between local's and global's final loss; '' if local
 * is not worse.
 */
export function foundBy(results: readonly Result[], context: number): string {
  const parties = partiesOf(results, context, ({ validation }) => validation.at(-1)?.loss);
  const [global, local] = [first(parties, 'global'), first(parties, 'local')];
  if (!global || !local || verdictOn(local.losses, global.losses).kind !== 'worse') return '';
  const half = (mean(global.losses) + mean(local.losses)) / 2;
  const parts = parties
    .filter(({ plan }) => plan === 'global' || plan === 'grouped')
    .map(({ name, group }) => {
      const steps = group.results.map(({ validation }) => {
        const found = validation.find(({ loss }) => loss <= half);
        return found ? formatInteger(found.step) : 'never';
      });
      return new Set(steps).size === 1
        ? `${name} by step ${steps[0]} in every seed`
        : `${name} by step ${listed(steps)} in seeds ${listed(group.results.map(({ spec }) => String(spec.seed)))}`;
    });
  return `Seen to be half the way from where local ends to where global ends: ${parts.join('; ')}.`;
}

/** How long training took, and how much the held-out loss still fell over its last quarter. */
export function flatness(results: readonly Result[], context: number): string {
  const own = results.filter(({ spec }) => spec.context === context);
  const steps = [...new Set(own.map((run) => run.steps))].sort((a, b) => a - b);
  const falls = partiesOf(own, context, fallOf).map(
    ({ name, losses, group }) =>
      `${mean(losses).toFixed(3)} nats (${group.control ? group.label.toLowerCase() : name})`,
  );
  if (falls.length === 0) return '';
  return `Trained for ${listed(steps.map(formatInteger))} steps. Over the last quarter of them, where the learning rate falls to its end, the held-out loss still fell by ${listed(falls)}, means of seeds.`;
}

function fallOf({ validation, steps }: Result): number | undefined {
  const last = validation.at(-1);
  const before = validation.findLast(({ step }) => step <= 0.75 * steps);
  return last && before && last !== before ? before.loss - last.loss : undefined;
}
