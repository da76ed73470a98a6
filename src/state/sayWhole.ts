/** @file In words: a layer that is called local but reads everything. */
import { withinSentence } from '../core/sentence';
import { readsLikeGlobal } from '../attention/whole';
import type { LayerPlan, PatternSpec } from '../attention/pattern';
import { patterns } from '../attention/registry';
import { formatInteger } from '../core/units';
import { layersOf, type RunSpec } from '../spec/run';
import type { Control } from '../spec/controls';
import { endOf } from '../spec/ends';

/** Shown next to a layer's name; undefined if the name says what it reads. */
export function wholeSay(layer: PatternSpec, T: number, several = false): string | undefined {
  if (!readsLikeGlobal(layer, T)) return undefined;
  const { window } = layer.params;
  if (window !== undefined && window >= T)
    return several
      ? 'read everything: the window is as wide as the text'
      : 'reads everything: the window is as wide as the text';
  return several
    ? 'read everything before it, as a global layer does'
    : 'reads everything before it, as a global layer does';
}

/** For a run with such layers, in a sentence: 'Layers 2, 4 (local) read everything: …'. */
export function wholeSays(layers: LayerPlan, T: number): string | undefined {
  const said = layers.flatMap((layer, l) => {
    const why = patterns.has(layer.pattern) ? wholeSay(layer, T) : undefined;
    return why
      ? [{ l: l + 1, layer, label: withinSentence(patterns.get(layer.pattern).label), why }]
      : [];
  });
  const [first] = said;
  if (!first) return undefined;
  const kinds = [...new Set(said.map(({ label }) => label))].join(', ');
  const which = said.map(({ l }) => l).join(', ');
  return said.length === 1
    ? `Layer ${which} (${kinds}) ${first.why}.`
    : `Layers ${which} (${kinds}) ${wholeSay(first.layer, T, true)}.`;
}

/** Shown under a slider at or beyond its effective end; from `end` on, nothing changes any more. */
export function endSays(
  control: Control & { readonly kind: 'number' },
  spec: RunSpec,
): string | undefined {
  const value = spec[control.name] as number;
  const end = endOf(control, spec);
  const T = formatInteger(spec.context);
  if (
    control.name === 'window' &&
    value >= spec.context &&
    layersOf(spec).some((layer) => readsLikeGlobal(layer, spec.context))
  )
    return `As wide as the text (${T} tokens): a layer with this window reads everything.`;
  if (control.name === 'groupSize' && layersOf(spec).every((layer) => layer.pattern !== 'global'))
    return 'The group is longer than the model, and its last layer is missing: no layer is global.';
  if (end === control.param.min && end < control.param.max)
    return `It changes nothing here: whatever it is, the layers read the same ${T} tokens.`;
  if (value <= end) return undefined;
  return `From ${formatInteger(end)}${control.param.unit ? ` ${control.param.unit}` : ''} on nothing changes at a context of ${T} tokens and ${spec.layers} ${spec.layers === 1 ? 'layer' : 'layers'}.`;
}
