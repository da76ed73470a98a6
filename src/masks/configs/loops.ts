import { check } from '../../core/check';
import type { ConfigLayer } from '../configLayer';
import { defineRule, GLOBAL_TYPE, LAYERS, type Asked } from '../family';
import type { Fields } from '../fields';

const TIMES = { min: 1, max: 64 };
const NONE = { min: 0, max: LAYERS.max };
const isDory = ({ own }: Asked) => own.word('model_type') === 'dory';

/** Dory: first layers, looped layers, and last layers. */
function sections({ fields, layers }: Asked) {
  const before = fields.whole('n_input_layers', NONE);
  const after = fields.whole('n_output_layers', NONE);
  const middle = fields.whole('n_recurrent_layers', NONE, Math.max(0, layers - before - after));
  check(
    before + middle + after === layers,
    `n_input_layers ${before}, n_recurrent_layers ${middle} and n_output_layers ${after} make ${before + middle + after} layers, num_hidden_layers is ${layers}; they should be the same`,
  );
  return { before, middle, after, times: fields.whole('n_recurrent_loops', TIMES) };
}

/**
 * Layers in order of execution: the middle ones once per pass. With one cache for all passes, only the last pass keeps
 * keys.
 */
function dory(asked: Asked, built: readonly ConfigLayer[]): readonly ConfigLayer[] {
  const { before, middle, times } = sections(asked);
  const once = asked.fields.word('recurrent_kv_cache_mode') === 'last_loop';
  const passes = Array.from({ length: times }, (_, pass) =>
    built
      .slice(before, before + middle)
      .map((layer, at): ConfigLayer =>
        once && pass < times - 1
          ? { ...layer, sharedWith: before + (times - 1) * middle + at }
          : layer,
      ),
  ).flat();
  return [...built.slice(0, before), ...passes, ...built.slice(before + middle)];
}

/**
 * HRM: two stacks; H times over, the low one runs L times and the high one once. Files give num_hidden_layers from
 * before or after this expansion.
 */
function hrm({ fields, layers }: Asked, built: readonly ConfigLayer[]): readonly ConfigLayer[] {
  const turns = fields.whole('H_cycles', TIMES) * (fields.whole('L_cycles', TIMES) + 1);
  const each = fields.whole('num_layers_per_stack', LAYERS, layers);
  return Array.from({ length: turns * each }, () => built[0]!);
}

/** Released files list attention and feed-forward as separate layers, and count both. */
function halved(own: Fields): Readonly<Record<string, unknown>> {
  const types = own.get('layer_types');
  if (!Array.isArray(types) || !types.includes('mlp')) return {};
  const names = ['num_hidden_layers', 'n_input_layers', 'n_recurrent_layers', 'n_output_layers'];
  return {
    layer_types: types.filter((_, i) => i % 2 === 0),
    ...Object.fromEntries(
      names.flatMap((name) => {
        const value = own.get(name);
        return typeof value === 'number' ? [[name, Math.floor(value / 2)]] : [];
      }),
    ),
  };
}

/** Layers that run more than once, each time with their own keys and values; each pass is drawn as a layer. */
export default defineRule({
  id: 'loops',
  label: 'a model that goes through its layers again',
  order: 23,
  modelTypes: ['dory', 'hrm_text'],
  source: 'Hugging Face transformers, models/dory and models/hrm_text',
  before: halved,
  types: (asked) =>
    isDory(asked) ? undefined : Array.from({ length: asked.layers }, () => GLOBAL_TYPE),
  unroll: (asked, built) => (isDory(asked) ? dory(asked, built) : hrm(asked, built)),
  notes(asked) {
    if (isDory(asked)) {
      const { middle, times } = sections(asked);
      const once = asked.fields.word('recurrent_kv_cache_mode') === 'last_loop';
      return [
        `${middle} of its ${asked.layers} layers run ${times} times; ${once ? 'only the last pass keeps keys and values, which the others read in addition to those of their own tokens' : 'each pass keeps keys and values of its own, and is drawn as a layer'}`,
      ];
    }
    return [
      'its layers run several times; each pass keeps keys and values of its own, and is drawn as a layer',
      ...(asked.fields.get('prefix_lm') === false
        ? []
        : [
            'tokens of an instruction read each other in both directions; of what is written the mask is causal',
          ]),
    ];
  },
});
