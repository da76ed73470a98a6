/** @file What is wrong in a capture: every step, text and head whose masks differ, each against what its config gives. */
import { differenceOf, type Difference } from '../../attention/mask';
import { declaredOfLayers } from '../declared';
import { maskOf } from '../../attention/expression';
import { maskOfLayer, queriesOf } from '../doc';
import { lint } from '../lint';
import { inText } from '../measure';
import { readStack } from '../stackText';
import type { Finding } from '../subject';
import { intendedOf } from './intended';
import { openedPart } from './opened';
import { partsOf, type Part } from './part';
import type { Capture } from './read';
import { namesPadding } from './textTerms';

export interface PartFindings extends Part {
  /** What the masks are, in words. */
  readonly says: string;
  /** The intended masks as written, and whether the config gives them (or the user did). */
  readonly meant?: string;
  readonly unread?: string;
  readonly findings: readonly Finding[];
  /** Layers (places in the step) that differ from the intended masks, padding aside. */
  readonly apart: readonly (Difference & { readonly layer: number })[];
}

/** `said`, a stack as written, replaces what the config gives; see `intendedOf`. */
export function findingsIn(capture: Capture, step: number, said?: string): readonly PartFindings[] {
  return partsOf(capture, step).map((part) => findingsOf(capture, part, said));
}

function findingsOf(capture: Capture, part: Part, said?: string): PartFindings {
  const intended = intendedOf(capture, part, said);
  const { doc, more, says, unread, meant } = openedPart(capture, part, intended);
  const queries = queriesOf(doc);
  const masks = doc.layers.map((layer) => maskOfLayer(layer, doc.T, queries));
  const near = meant === undefined ? undefined : readStack(meant);
  const written =
    intended.layers ?? (near && doc.layers.map((_, layer) => near[layer % near.length]!));
  const expressions = written ?? doc.layers.map(({ expression }) => expression);
  const others = written?.map((one) => maskOf(one, doc.T, queries));
  const { declared: padding, ...rest } = more!;
  const declared = declaredOfLayers(expressions, doc.T);
  // What the user says of padding holds for what the user expects.
  const own =
    intended.said && expressions.some(namesPadding) ? declared : { ...declared, ...padding };
  const findings = lint({
    masks,
    expressions,
    declared: own,
    ...(others && { meant: others, meantIs: 'the mask it should be' }),
    ...(intended.said && { intended: true }),
    ...rest,
  });
  const apart = (others ?? []).flatMap((other, layer) => {
    const difference = differenceOf(inText(masks[layer]!, own), inText(other, own));
    return difference.cells > 0 ? [{ layer, ...difference }] : [];
  });
  return {
    ...part,
    says,
    ...(meant !== undefined && { meant }),
    ...(unread !== undefined && { unread }),
    findings,
    apart,
  };
}
