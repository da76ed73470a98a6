/** @file The loss of a slice compared with that of the rest, in words. */
import { withinSentence } from '../core/sentence';
import { fixed } from '../core/numbers';
import { formatInteger } from '../core/units';
import type { Apart } from '../data/rest';
import type { Slice } from '../data/slice';
import { isFar } from '../data/slices';
import type { CorpusSource } from '../data/source';

/** The data on which the slice was scored. */
export interface SliceAsked {
  readonly slice: Slice;
  readonly source: CorpusSource;
  readonly reach: number; // characters that local layers alone reach
  readonly context: number; // characters
}

/** With fewer characters a mean says little: their losses differ by several nats from one to the next. */
export const FEW = 32;

/** The name of its characters in a sentence. */
export const sliceSubject = ({ slice, source, reach }: SliceAsked): string =>
  isFar(slice, source, reach) ? 'Characters that need the far text' : slice.label;

/** 'Characters that need the far text: 0.31 nats each, 1.79 less than the rest.' */
export function sliceFinding(asked: SliceAsked, { slice, rest }: Apart): string {
  const subject = sliceSubject(asked);
  const all = formatInteger(slice.tokens + rest.tokens);
  if (slice.tokens === 0) return `${subject}: none of the ${all} characters scored. ${why(asked)}`;
  if (slice.tokens < FEW)
    return `${subject}: only ${slice.tokens} of the ${all} characters scored, too few to compare.`;
  const opening = `${subject}: ${fixed(slice.loss, 2)} nats each`;
  if (rest.tokens === 0) return `${opening}. They are all of the ${all} characters scored.`;
  // The difference of the rounded numbers, so that a reader who subtracts them gets the same result.
  const difference = Number(slice.loss.toFixed(2)) - Number(rest.loss.toFixed(2));
  const size = fixed(Math.abs(difference), 2);
  if (Number(size) === 0) return `${opening}, as the rest.`;
  return `${opening}, ${size} ${difference < 0 ? 'less' : 'more'} than the rest.`;
}

/** As a share of the steps done: a recorded loss from further back is not compared with this one. */
const NEAR = 0.9;

/** 'With every layer local it was 1.53 after 160 steps (recorded).' '' if none was recorded near `step`. */
export function besideWords(
  beside: readonly { readonly step: number; readonly loss: number }[],
  step: number,
): string {
  const last = beside.at(-1);
  // While the loss falls steeply, one from another step would make this run look better or worse than it is.
  if (!last || last.step < NEAR * step) return '';
  return `With every layer local it was ${fixed(last.loss, 2)} after ${formatInteger(last.step)} steps (recorded).`;
}

/** How far back the helpful text is, compared with the reach of local layers alone. */
export function sliceReach({ slice, source, reach }: SliceAsked): string {
  const back = slice.back?.(source);
  const seen = formatInteger(reach);
  if (back === undefined)
    return `Their last match begins beyond the ${seen} characters that local layers alone see.`;
  const stands = `The text that helps is ${formatInteger(back)} characters back`;
  return isFar(slice, source, reach)
    ? `${stands}; local layers alone see ${seen}.`
    : `${stands}, among the ${seen} that local layers alone see: nothing far is needed here.`;
}

/**
 * Warns that compared runs are not scored on the same characters, if the slice depends on the window and their windows
 * differ; '' otherwise.
 */
export function sliceDiffers(
  slice: Slice,
  runs: readonly { readonly name: string; readonly reach: number; readonly tokens: number }[],
): string {
  if (slice.back || new Set(runs.map(({ reach }) => reach)).size < 2) return '';
  const counts = runs.map(({ name, tokens }) => `${name} ${formatInteger(tokens)}`).join(', ');
  return `What is far depends on the window, and these runs have different ones: their ${withinSentence(slice.label)} are not the same characters (${counts}).`;
}

function why({ slice, source, reach, context }: SliceAsked): string {
  const back = slice.back?.(source);
  const all = formatInteger(context);
  if (back !== undefined && back > context)
    return `The text that helps is ${formatInteger(back)} characters back, outside a context of ${all}.`;
  if (back === undefined && reach >= context)
    return `Local layers alone see all ${all} characters of the context.`;
  return `A context of ${all} characters holds none.`;
}
