/** @file What the page says about a config besides its layers: defaults, the length it was made for, and notes. */
import type { ConfigLayer, ConfigLayers } from './configLayer';
import type { Entry } from './configTable';
import { LOCAL_TYPE, type Asked } from './family';
import { Fields } from './fields';
import type { Part } from './part';

/** Fields for the context length a model was made for. */
const MADE_FOR = ['max_position_embeddings', 'n_positions', 'max_seq_len', 'seq_length'];
const MADE_FOR_PART: Readonly<Record<Part, readonly string[]>> = {
  encoder: ['max_source_positions', 'max_encoder_position_embeddings'],
  decoder: ['max_target_positions', 'max_decoder_position_embeddings'],
  cross: ['max_target_positions', 'max_decoder_position_embeddings'],
};

/** The first place in the file that gives it. */
export function madeFor(part: Part, places: readonly Fields[]): Pick<ConfigLayers, 'made'> {
  const names = [...MADE_FOR_PART[part], ...MADE_FOR];
  const said = places.flatMap((fields) => names.map((name) => fields.get(name)));
  const made = said.find((one) => Number.isSafeInteger(one) && (one as number) > 0);
  return made === undefined ? {} : { made: made as number };
}

const SIZES = ['num_hidden_layers', 'num_attention_heads', 'hidden_size'];

export function leftOut(
  own: Fields,
  { d }: Entry,
  label: string,
  slides: boolean,
  latent: boolean,
  names: Readonly<Record<string, string>>,
): readonly string[] {
  const heads = latent ? ['kv_lora_rank', 'qk_rope_head_dim'] : ['num_key_value_heads', 'head_dim'];
  return [...SIZES, ...heads, ...(slides ? ['sliding_window'] : [])]
    .filter((name) => !own.has(name) && !own.isNull(name) && typeof d[name] === 'number')
    .map((name) => `${names[name] ?? name} is not in the file; ${label} has ${String(d[name])}`);
}

/** A window that the file gives, although no layer has one. */
export function unusedWindow({ own, fields }: Asked): Pick<ConfigLayers, 'unused'> {
  const window = own.get('sliding_window');
  if (typeof window !== 'number') return {};
  return { unused: { window, switched: fields.get('use_sliding_window') === false } };
}

export function withoutWindow({ fields, own }: Asked, { g }: Entry, label: string): string {
  if (g === 1 && !fields.flag('use_sliding_window', false))
    return 'use_sliding_window is off: every layer reads everything before, whatever sliding_window says';
  if (own.isNull('sliding_window'))
    return 'sliding_window is null: every layer reads everything before';
  return `${label} has no window here: what is read is everything before`;
}

export function notesOn(layers: readonly ConfigLayer[]): readonly string[] {
  const said: string[] = [];
  const count = (test: (layer: ConfigLayer) => boolean) => layers.filter(test).length;
  const asked = count(({ type, kind }) => type === LOCAL_TYPE && kind === 'global');
  if (asked > 0)
    said.push(
      `layer_types asks for the window in ${asked} of ${layers.length} layers, and use_sliding_window is off, which takes it away: they read everything before`,
    );
  const states = count(({ kind }) => kind === 'state');
  if (states > 0)
    said.push(
      `${states} of ${layers.length} layers keep a state that does not grow instead of keys; their masks show what it can depend on`,
    );
  const none = count(({ kind }) => kind === 'none');
  if (none > 0)
    said.push(`${none} of ${layers.length} layers have no attention, only a feed-forward`);
  const latent = layers.find((layer) => layer.latent);
  if (latent)
    said.push(
      `MLA: a layer keeps one latent of ${latent.keyDim} and ${latent.valueDim} rotated numbers a token for all heads`,
    );
  const picks = layers.find((layer) => layer.picks)?.picks;
  if (picks)
    said.push(
      `${count((layer) => layer.picks !== undefined)} of ${layers.length} layers read what ${picks.by} picks${picks.most === undefined ? '' : `, ${picks.most} keys at most`}: which depends on the data, and the mask shows what it picks from`,
    );
  const shared = count(({ sharedWith }) => sharedWith !== undefined);
  if (shared > 0)
    said.push(
      `${shared} of ${layers.length} layers read keys and values of a layer before, and keep none`,
    );
  if (layers.some(({ keyIsValue }) => keyIsValue))
    said.push('in its global layers values are the keys before rotation; a cache keeps both');
  if (layers.some(({ sinks }) => sinks))
    said.push(
      'each head also has a learned sink in its softmax; it is not a token, so no mask shows it',
    );
  if (layers.some(({ rope }) => rope === 'none'))
    said.push('its global layers turn no keys by position (NoPE); the mask is the same');
  return said;
}
