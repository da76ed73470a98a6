/** @file In a sentence: what a layer's mask reads, costs and reaches. Also its warnings. */
import { maskFacts } from '../attention/facts';
import type { Expression } from '../attention/expression';
import { byName } from '../attention/rowNames';
import { plain, termsIn } from '../attention/plain';
import { visiblePairs } from '../attention/cost';
import type { LayerPlan, PatternSpec } from '../attention/pattern';
import { reach } from '../attention/reach';
import { patterns, patternSpec } from '../attention/registry';
import { sayRuns } from '../attention/runs';
import { fixed } from '../core/numbers';
import { formatInteger } from '../core/units';
import { layersOf, packingOf, type RunSpec } from '../spec/run';

/** 'A query reads 9.1 keys on average, 28 % of a global layer; 4 such layers reach all 64 tokens.' */
export function countMask(mask: string, T: number, layers: number): string {
  const layer = patternSpec(mask, {});
  const pairs = visiblePairs(layer, T);
  const share = Math.round((100 * pairs) / ((T * (T + 1)) / 2));
  const reached = reach(
    Array.from({ length: layers }, () => layer),
    T,
  );
  const far = reached === T ? `all ${formatInteger(T)} tokens` : `${formatInteger(reached)} tokens`;
  return `A query reads ${fixed(pairs / T, 1)} keys on average, ${share} % of a global layer; from the last token ${layers === 1 ? 'this layer reaches' : `${layers} such layers reach`} ${far}.`;
}

/**
 * Warnings about a layer whose loss would be too good, whose queries read nothing, or that depends on where a text
 * ends.
 */
export function warningsOf(layer: PatternSpec, T: number): readonly string[] {
  const { future, empty } = maskFacts(layer, T);
  return [
    ...(future
      ? [
          `It reads the future: query ${future.query} reads key ${future.key}. The loss will fall for the wrong reason, and text the model writes will show it.`,
        ]
      : []),
    ...(empty.length > 0
      ? [
          `${empty.length === 2 && empty[1]! - empty[0]! === 1 ? `Query ${sayRuns(empty)} reads` : `Queries ${sayRuns(empty)} read`} nothing: attention adds nothing there, and the residual stream continues unchanged.`,
        ]
      : []),
    ...(asksForTheEnd(patterns.get(layer.pattern).expression(layer.params))
      ? [
          'While it trains, its padding at the right is the end of the context. While it writes, the end of the text is unknown, so no token there counts as padding.',
        ]
      : []),
  ];
}

/** Does it refer to tokens from the end of the text? */
const asksForTheEnd = (expression: Expression): boolean =>
  termsIn(plain(expression)).some(({ term, numbers }) => term === 'padding' && numbers[1]! > 0);

/**
 * Warnings for generating text with a model, given how it was trained: documents kept apart, masks that read the
 * future.
 */
export function warningsOfWriting(spec: RunSpec): readonly string[] {
  const packing = packingOf(spec);
  const layers = layersOf(spec);
  const future = layers.flatMap((layer, l) =>
    !patterns.has(layer.pattern) && maskFacts(layer, spec.context).future ? [l + 1] : [],
  );
  return [
    ...(future.length > 0
      ? [
          `${future.length === 1 ? `Layer ${future[0]} of this model was` : `Layers ${future.join(', ')} of this model were`} trained to read tokens that come later. While it writes there are none, so the text is worse than its loss promises.`,
        ]
      : []),
    ...(packing === 'off'
      ? []
      : [
          `During training the documents of a row were kept apart${packing === 'restart' ? ', and positions restarted with each' : ''}. While it writes, everything is one document: after the end of one it still reads what came before, which it never did in training.`,
        ]),
  ];
}

/** The warnings of a model's layers, each with the layers it is about. */
export function warningsOfLayers(layers: LayerPlan, T: number): readonly string[] {
  const byMask = new Map<string, { readonly layer: PatternSpec; readonly at: number[] }>();
  layers.forEach((layer, l) => {
    if (patterns.has(layer.pattern)) return;
    const known = byMask.get(layer.pattern);
    if (known) known.at.push(l + 1);
    else byMask.set(layer.pattern, { layer, at: [l + 1] });
  });
  return [...byMask.values()].flatMap(({ layer, at }) =>
    warningsOf(layer, T).map(
      (warning) =>
        `${at.length === 1 ? 'Layer' : 'Layers'} ${at.join(', ')}: ${byName(layer.pattern)}. ${warning}`,
    ),
  );
}
