/** @file What is wrong in a capture: every step, text and head whose masks differ, each against what its config gives. */
import { differenceOf, type Difference } from '../../attention/mask';
import { declaredOfLayers } from '../declared';
import { maskOf } from '../../attention/expression';
import { maskOfLayer, queriesOf } from '../doc';
import { lint } from '../lint';
import { readStack } from '../stackText';
import type { Finding } from '../subject';
import { openedPart, partsOf, type Part } from './opened';
import type { Capture } from './read';

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

/**
 * `meant`, a stack as written, replaces what the config gives: one mask for all layers, or one per layer, by the numbers
 * of layers, not their places; repeated if there are more. It says nothing of other stacks, such as an encoder.
 */
export function findingsIn(
  capture: Capture,
  step: number,
  meant?: string,
): readonly PartFindings[] {
  return partsOf(capture, step).map((part) => findingsOf(capture, part, meant));
}

function findingsOf(capture: Capture, part: Part, said?: string): PartFindings {
  const opened = openedPart(capture, part);
  const { doc, more, says, unread } = opened;
  const { layers, part: stack } = capture.steps[part.step]!;
  const meant = stack === undefined ? (said ?? opened.meant) : opened.meant;
  const isSaid = meant !== undefined && meant === said;
  const queries = queriesOf(doc);
  const masks = doc.layers.map((layer) => maskOfLayer(layer, doc.T, queries));
  const written = meant === undefined ? undefined : readStack(meant);
  const expressions = written
    ? layers.map(({ layer }, place) => written[(isSaid ? layer : place) % written.length]!)
    : doc.layers.map(({ expression }) => expression);
  const others = written && expressions.map((one) => maskOf(one, doc.T, queries));
  const { declared, ...rest } = more ?? {};
  const findings = lint({
    masks,
    expressions,
    declared: { ...declaredOfLayers(expressions, doc.T), ...declared },
    ...(others && { meant: others, meantIs: 'the mask it should be' }),
    ...rest,
  });
  const { start = 0 } = declared ?? {};
  const apart = (others ?? []).flatMap((other, layer) => {
    const real = (mask: typeof other) => ({
      ...mask,
      row: (q: number) => (doc.T - queries + q < start ? [] : mask.row(q)),
    });
    const difference = differenceOf(real(masks[layer]!), real(other));
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
