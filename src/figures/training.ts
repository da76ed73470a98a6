/**
 * @file How training went, in sentences: when each seed learned to use the helpful text, and whether the curves are
 * flat at the end.
 */
import { fixed, listed } from '../core/numbers';
import { formatInteger } from '../core/units';
import { first, partiesOf, type Party } from './parties';
import type { Result } from './result';
import { mean, verdictOn } from './verdict';

/**
 * The first validation at which each seed had covered half the gap between local's and global's final loss; '' if
 * local is not worse.
 */
export function foundBy(results: readonly Result[], context: number): string {
  const parties = partiesOf(results, context, ({ validation }) => validation.at(-1)?.loss);
  const [global, local] = [first(parties, 'global'), first(parties, 'local')];
  if (!global || !local || verdictOn(local.losses, global.losses).kind !== 'worse') return '';
  const half = (mean(global.losses) + mean(local.losses)) / 2;
  const parts = parties
    .filter(({ plan }) => plan === 'global' || plan === 'grouped')
    .map((party) => halfway(party, half));
  return `First validation at which the loss was at least halfway from local's final loss to global's: ${parts.join('; ')}.`;
}

/** 'global at steps 400, 300 and 300 with seeds 1, 2 and 3'. */
function halfway({ name, group }: Party, half: number): string {
  const seeds = group.results.map(({ spec: { seed }, validation }) => ({
    seed: String(seed),
    step: validation.find(({ loss }) => loss <= half)?.step,
  }));
  const steps = seeds.flatMap(({ step }) => (step === undefined ? [] : [formatInteger(step)]));
  const [reached, never] = [true, false].map((yes) =>
    seeds.filter(({ step }) => (step !== undefined) === yes).map(({ seed }) => seed),
  ) as [string[], string[]];
  if (reached.length === 0) return `${name} not with any seed`;
  if (never.length === 0 && new Set(steps).size === 1)
    return `${name} at step ${steps[0]} with every seed`;
  const found = `${name} at ${steps.length === 1 ? 'step' : 'steps'} ${listed(steps)} with ${reached.length === 1 ? 'seed' : 'seeds'} ${listed(reached)}`;
  return never.length === 0
    ? found
    : `${found}, not with ${never.length === 1 ? 'seed' : 'seeds'} ${listed(never)}`;
}

/** How long training took, and how much the held-out loss still fell over its last quarter. */
export function flatness(results: readonly Result[], context: number): string {
  const own = results.filter(({ spec }) => spec.context === context);
  const steps = [...new Set(own.map((run) => run.steps))].sort((a, b) => a - b);
  const falls = partiesOf(own, context, fallOf).map(
    ({ name, losses }) => `${fixed(mean(losses), 3)} nats (${name})`,
  );
  if (falls.length === 0) return '';
  return `Trained for ${listed(steps.map(formatInteger))} steps. Over the last quarter of them, where the learning rate falls to its end, the held-out loss still fell by ${listed(falls)}, means of seeds.`;
}

function fallOf({ validation, steps }: Result): number | undefined {
  const last = validation.at(-1);
  const before = validation.findLast(({ step }) => step <= 0.75 * steps);
  return last && before && last !== before ? before.loss - last.loss : undefined;
}
