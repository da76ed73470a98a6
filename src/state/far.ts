/** @file In words: what the chosen text gains from tokens beyond the reach of local layers. */
import type { FarAsked } from '../workers/far/protocol';
import { fixed } from '../core/numbers';
import { formatInteger } from '../core/units';
import { countedCurve, HISTORIES, worthOf } from '../data/far/counted';
import { sources } from '../data/registry';
import { localReach, packingOf, type RunSpec } from '../spec/run';

export function farAsked(spec: RunSpec): FarAsked {
  return { reach: localReach(spec), context: spec.context };
}

/** The counted gain, and the lengths it applies to. */
export interface FarCounted extends FarAsked {
  readonly gain: number;
}

const MOST = HISTORIES.at(-1)!;

/**
 * For a text of the site, up to the longest history that was counted; undefined for longer ones, for a task, and for
 * the user's own text.
 */
export function farCounted(spec: RunSpec): FarCounted | undefined {
  const curve = sources.has(spec.task) ? countedCurve(spec.task) : undefined;
  const asked = farAsked(spec);
  if (!curve || asked.reach > MOST) return undefined;
  const context = asked.reach < asked.context ? Math.min(asked.context, MOST) : asked.context;
  return { reach: asked.reach, context, gain: worthOf(curve, asked.reach, context).gain };
}

/** Smaller gains hardly pay. */
const LITTLE = 0.01;

const percent = (share: number) => `${fixed(100 * share, 1)} %`;

/** What copying does to the loss. */
function moves(gain: number): string {
  const size = percent(Math.abs(gain));
  return `${gain < 0 && size !== percent(0) ? 'raises' : 'lowers'} the loss by ${size}`;
}

/** A short version, for next to the window that decides it. */
export function farInShort({ reach, context, gain }: FarCounted): string {
  const near = `Local layers alone reach ${reach >= context ? 'all ' : ''}${formatInteger(Math.min(reach, context))} characters`;
  return reach >= context
    ? `${near}.`
    : `${near}; copying from farther back ${moves(gain)} (counted).`;
}

/** One sentence; `error` is one standard error of the gain, if it was counted from a sample. */
export function farWords({
  reach,
  context,
  gain,
  error,
}: FarCounted & { readonly error?: number }): string {
  const [near, all] = [reach, context].map(formatInteger);
  if (reach >= context) {
    return `Local layers alone reach all ${all} characters of the context: nothing lies beyond.`;
  }
  const opening =
    gain > LITTLE + 2 * (error ?? 0) ? 'Reading far pays here' : 'Reading far hardly pays here';
  const beyond = `beyond the ${near} characters that local layers alone reach`;
  const give = error === undefined ? '' : ` ± ${percent(error)}`;
  return `${opening}: ${beyond}, copying from up to ${all} back ${moves(gain)}${give} (counted, nothing trained).`;
}

/** What a run cannot use because it keeps documents apart; '' if it does not. */
export function apartWords(spec: RunSpec): string {
  const source = sources.has(spec.task) ? sources.get(spec.task) : undefined;
  if (source?.kind !== 'corpus' || packingOf(spec) === 'off') return '';
  return `Documents are kept apart: whatever its mask, no layer reads beyond the ${source.packed.unit} that the query is in.`;
}
