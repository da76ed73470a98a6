/** @file Mistral's own params.json: the fields of a config under other names. */
import { check } from '../core/check';
import { shown } from '../core/fields';
import { Fields } from './fields';

/** {name of config.json: name of params.json} */
const NAMES: Readonly<Record<string, string>> = {
  num_hidden_layers: 'n_layers',
  num_attention_heads: 'n_heads',
  num_key_value_heads: 'n_kv_heads',
  hidden_size: 'dim',
};

/**
 * The config.json it is equivalent to; undefined if it is not a params.json. Its sliding_window is null, a number,
 * or a list that repeats over the layers, with null for a layer that reads everything.
 */
export function fromMistral(file: Fields): Fields | undefined {
  if (file.has('model_type') || !file.has('n_layers') || !file.has('dim')) return undefined;
  const latent = file.has('kv_lora_rank');
  const fields = file.renamed(NAMES).with({ model_type: latent ? 'deepseek_v3' : 'mistral' });
  const given = file.get('sliding_window') ?? file.get('_sliding_window') ?? null;
  if (!Array.isArray(given)) return fields.with({ sliding_window: given });
  const layers = file.whole('n_layers', { min: 1, max: 4096 });
  const sizes = [...new Set(given.filter((one) => one !== null))];
  check(
    given.length > 0 && given.length <= layers && sizes.length <= 1,
    `sliding_window is ${shown(given)} of ${given.length}; it should be one window, or null, for each of some layers`,
  );
  return fields.with({
    sliding_window: sizes[0] ?? null,
    layer_types: Array.from({ length: layers }, (_, i) =>
      given[i % given.length] === null ? 'full_attention' : 'sliding_attention',
    ),
  });
}
