/**
 * @file Reads the config.json of a released model as layers, with their masks and what they keep in the cache.
 *
 * A file is accepted whole or refused in one sentence. Values it omits come from the class of its model type, through
 * the table; values that a class computes in Python come from rules, one file each in ./configs.
 */
import { check, InputError } from '../core/check';
import { isRecord, type Bounds } from '../core/fields';
import type { ConfigLayer, ConfigLayers, Reach, Rope } from './configLayer';
import { lettersOf, RENAMED, TYPE_OF, type Entry } from './configTable';
import { modelTypeOf, type ModelType } from './configType';
import {
  bothSides,
  chunked,
  CHUNKED_TYPE,
  COUNTS_ITSELF,
  EVERYTHING,
  GLOBAL,
  GLOBAL_TYPE,
  LAYERS,
  LINEAR_TYPE,
  local,
  LOCAL_TYPE,
  STATE,
  TOKENS_IN_WINDOW,
  type Asked,
  type Rule,
} from './family';
import { MAX_LAYERS } from './doc';
import { Fields, parse } from './fields';
import { stateSize } from './configState';
import { fromMistral } from './mistralParams';
import { imageBlocksOf, type ImageBlocks } from './imageBlocks';
import { nameOfType } from './modelNames';
import type { Part } from './part';
import { crossOf, ofSource } from './crossAttention';
import { CONVENTION_OF, sayPart, sourceOf } from './sayPart';

export { cacheBytesAt, flopsPerTokenAt, pairsAt, stateBytes } from './configLayer';
export type { ConfigLayers } from './configLayer';

const HEADS: Bounds = { min: 1, max: 4096 };
const HEAD_DIM: Bounds = { min: 1, max: 8192 };
const ROTATED: Bounds = { min: 0, max: 8192 };
const HIDDEN: Bounds = { min: 1, max: 2 ** 20 };
/** The name hybrids used before transformers 5. */
const OLD_NAMES = { layer_types: 'layers_block_type' };
const VOCABULARY: Bounds = { min: 1, max: 2 ** 26 };

/**
 * Reads `part` of an encoder and a decoder, or the other part if the file has no such part. Throws InputError, and
 * nothing else, for anything that cannot be read as a config.
 */
export function readConfig(text: string, part: Part = 'decoder'): ConfigLayers {
  const file = parse(text, 'the config');
  const params = fromMistral(file);
  const outer = params ?? file;
  const read = readPart(outer, params !== undefined, part);
  if (!read.part) return read;
  return { ...read, parts: partsOf(outer, read) };
}

/** Layers that read keys also say which keys images open in them. */
function withImages(layer: ConfigLayer, images: ImageBlocks | undefined): ConfigLayer {
  const opened =
    layer.kind === 'state' || layer.kind === 'none'
      ? undefined
      : images?.of(layer.kind === 'local');
  return opened ? { ...layer, images: opened } : layer;
}

/** Which parts of a pair can be read, and why one cannot. */
function partsOf(outer: Fields, { layers }: ConfigLayers): NonNullable<ConfigLayers['parts']> {
  const whether = (part: Part): readonly { readonly part: Part; readonly refused?: string }[] => {
    try {
      const { layers: found } = readPart(outer, false, part);
      return found.length > 0 ? [{ part }] : [];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return [{ part, refused: error.message }];
    }
  };
  const crosses = layers.some(({ cross }) => cross) || whether('cross')[0]?.refused === undefined;
  return [
    { part: 'decoder' as const },
    ...(crosses ? [{ part: 'cross' as const }] : []),
    ...whether('encoder'),
  ];
}

function readPart(outer: Fields, params: boolean, part: Part): ConfigLayers {
  const model = modelTypeOf(outer, part);
  try {
    return readModel(outer, params, part, model);
  } catch (error) {
    if (!(error instanceof InputError) || !model.named) throw error;
    // A part is read under the names common to all models; errors use the file's names.
    const { named } = model;
    throw new InputError(
      error.message.replaceAll(/\b\w+\b/g, (word) =>
        Object.hasOwn(named, word) ? named[word]! : word,
      ),
    );
  }
}

function readModel(
  outer: Fields,
  params: boolean,
  part: Part,
  { own: raw, type, outer: whole, rule, entry, doubt, note, paired, named: names = {} }: ModelType,
): ConfigLayers {
  // A nested config may omit its type, which rules ask for.
  const named = raw.with({ model_type: type }).renamed({ ...entry.a, ...OLD_NAMES });
  const own = named.with(rule?.before?.(named) ?? {});
  const fields = own.over(entry.d);
  const called = paired ?? type;
  const label = nameOfType(called) ?? paired ?? rule?.label ?? type;
  const layers = fields.whole('num_hidden_layers', LAYERS);
  const asked: Asked = { own, fields, layers, ...(paired !== undefined && { part }) };
  const heads = fields.whole('num_attention_heads', HEADS);
  const hidden = fields.whole('hidden_size', HIDDEN);
  const sizes = sizesOf(fields, own, heads, hidden);
  const causal = paired
    ? part !== 'encoder'
    : (rule?.causal?.(asked) ?? !(entry.e === 1 && !isDecoder(fields)));
  const refused = part === 'encoder' ? rule?.refusesEncoder?.(asked) : undefined;
  check(refused === undefined, `the encoder of ${type} is not drawn: ${refused}`);
  const span = windowOf(asked, entry, rule);
  const images = causal ? imageBlocksOf(whole, fields) : undefined;
  const kinds = typesOf(asked, entry, rule, label, span.size !== undefined);
  const each = kinds.types.map((one, at): ConfigLayer => {
    const reach = rule?.reach?.(asked, one, at) ?? reachOf(one, { asked, span, causal, at });
    const rope = ropeOf(fields, entry, one);
    const layer: ConfigLayer = {
      ...sizes,
      type: one,
      ...kept(one, asked),
      ...stateOf(one, asked, heads, hidden),
      ...reach,
      ...(rope !== undefined && reach.kind !== 'state' && reach.kind !== 'none' && { rope }),
      ...(entry.s === 1 && { sinks: true }),
    };
    const complete = {
      ...layer,
      ...rule?.layer?.(asked, layer, at, kinds.types),
      ...overridden(own, at, layer, causal),
    };
    if (!paired || part === 'encoder' || rule?.crosses === false)
      return withImages(complete, images);
    const cross = crossOf(fields, complete);
    return part === 'decoder' ? { ...complete, cross } : ofSource(complete, cross);
  });
  const built = rule?.unroll?.(asked, each) ?? each;
  check(
    built.length <= MAX_LAYERS,
    `its ${layers} layers are gone through again and again, ${built.length} in all; up to ${MAX_LAYERS} are read`,
  );
  check(
    part !== 'cross' || !paired || rule?.crosses !== false,
    `the decoder of ${type} has no attention of its own to the source: that is written before its tokens`,
  );
  const keeps = built.find(({ kind }) => kind !== 'state' && kind !== 'none');
  check(
    keeps,
    `all ${built.length} layers are without attention (${built[0]!.type}); nothing here reads keys, so there is no mask to draw`,
  );
  const slides = built.some(({ kind }) => kind === 'local');
  const name = nameOf(outer);
  return {
    family: type.replace(/_text$/, '').replaceAll('_', '-'),
    label,
    ...(name !== undefined && { name }),
    layers: built,
    convention:
      rule?.convention?.(asked) ??
      (paired && !slides
        ? CONVENTION_OF[part]
        : slides
          ? COUNTS_ITSELF
          : withoutWindow(asked, entry, label)),
    causal: causal && !(paired && part === 'cross'),
    ...(paired && {
      part,
      ...(part !== 'encoder' && rule?.crosses !== false && { source: sourceOf(fields) }),
    }),
    heads,
    kvHeads: keeps.kvHeads,
    headDim: keeps.compared?.key ?? keeps.keyDim,
    hidden,
    ...(fields.has('vocab_size') && { vocabulary: fields.whole('vocab_size', VOCABULARY) }),
    ...madeFor(part, [own, outer, fields]),
    ...(doubt !== undefined && { doubt }),
    ...(!slides && unusedWindow(asked)),
    defaults: leftOut(own, entry, label, slides, keeps.latent === true, names),
    notes: [
      ...(params ? ['a params.json from Mistral: other field names, the same meaning'] : []),
      ...(note === undefined ? [] : [note]),
      ...kinds.notes,
      ...(paired
        ? sayPart(part, layers, rule?.crosses !== false)
        : causal
          ? []
          : ['an encoder: tokens read to both sides, and no cache is kept']),
      ...notesOn(built),
      ...(images?.notes(
        slides,
        built.some(({ kind }) => kind === 'global'),
      ) ?? []),
      ...(rule?.notes?.(asked) ?? []),
    ],
  };
}

// ---------------------------------------------------------------------------------------------- its layers

interface Named {
  readonly types: readonly string[];
  readonly notes: readonly string[];
}

function typesOf(
  asked: Asked,
  entry: Entry,
  rule: Rule | undefined,
  label: string,
  slides: boolean,
): Named {
  const { fields, own, layers } = asked;
  const letters = [...new Set([...(entry.k ?? ''), 'F', 'S', ...(entry.t ?? '')])];
  const known = [...letters.map((letter) => TYPE_OF[letter]!), ...(rule?.names?.(asked) ?? [])];
  const fromFile = own.perLayer('layer_types', layers, known, RENAMED);
  const field = entry.l?.by;
  const every = field !== undefined && own.has(field) ? own.whole(field, LAYERS) : undefined;
  const ruled = entry.l && spelled(lettersOf(entry.l, layers, every), slides);
  if (fromFile) {
    check(
      every === undefined || ruled!.every((one, i) => one === fromFile[i]),
      `layer_types and ${field} ${every} name different layers global; they should say the same`,
    );
    return { types: fromFile, notes: [] };
  }
  const worked = rule?.types?.(asked);
  if (worked) return { types: worked, notes: [] };
  if (ruled) {
    const mixed = new Set(ruled).size > 1;
    const note = `the file names no layers; they are as the class of ${label} names them${sayCycle(entry)}`;
    return { types: ruled, notes: mixed && every === undefined ? [note] : [] };
  }
  const own_ = fields.get('num_hidden_layers');
  check(
    entry.t !== undefined && entry.t.length === layers,
    `layer_types is missing, and the class of ${label} names ${entry.t?.length ?? 'no'} layers, not ${String(own_)}; the file should name them`,
  );
  return {
    types: spelled(entry.t, slides),
    notes:
      new Set(entry.t).size > 1 ? [`the file names no layers; they are those of ${label}`] : [],
  };
}

const spelled = (letters: string, slides: boolean): readonly string[] =>
  [...letters].map((letter) =>
    letter === '?' ? (slides ? LOCAL_TYPE : GLOBAL_TYPE) : TYPE_OF[letter]!,
  );

function sayCycle({ l }: Entry): string {
  const n = l?.cycle.length ?? 0;
  if (!l || n < 2 || l.first || l.last || l.end) return '';
  const [a, z] = [l.cycle[0], l.cycle.at(-1)];
  if (a === z) return '';
  if (z === 'F') return `: of every ${n} the last is global`;
  return a === 'F' ? `: of every ${n} the first is global` : '';
}

/** Tokens of the window; undefined: none; `off`: because it is switched off. */
function windowOf({ fields, own, layers }: Asked, { g }: Entry, rule: Rule | undefined) {
  const given = fields.has('sliding_window')
    ? fields.whole('sliding_window', TOKENS_IN_WINDOW)
    : undefined;
  const off = g === 1 && !fields.flag('use_sliding_window', false);
  check(
    g !== 1 || off || given !== undefined || !own.isNull('sliding_window'),
    'use_sliding_window is true and sliding_window is missing; it should be a whole number of tokens',
  );
  const size = off ? undefined : (rule?.window?.({ fields, own, layers }) ?? given);
  return { size, off: off && given !== undefined };
}

function reachOf(
  type: string,
  given: {
    readonly asked: Asked;
    readonly span: ReturnType<typeof windowOf>;
    readonly causal: boolean;
    readonly at: number;
  },
): Reach {
  const { asked, span, causal, at } = given;
  const all = causal ? GLOBAL : EVERYTHING;
  switch (type) {
    case LOCAL_TYPE:
    case 'hybrid_sliding':
    case 'compressed_sparse_attention':
    case 'heavily_compressed_attention': {
      if (span.off) return all;
      check(
        span.size !== undefined,
        asked.own.has('layer_types')
          ? `layer_types says ${type} of layer ${at + 1}, and the file gives it no size; it should have sliding_window`
          : 'sliding_window is missing; it should be a whole number of tokens, as some layers have a window',
      );
      return causal ? local(span.size) : bothSides(span.size);
    }
    case CHUNKED_TYPE: {
      check(
        asked.fields.has('attention_chunk_size'),
        `layer_types says ${type} of layer ${at + 1}, and the file gives it no size; it should have attention_chunk_size`,
      );
      return chunked(asked.fields.whole('attention_chunk_size', TOKENS_IN_WINDOW));
    }
    case LINEAR_TYPE:
      return STATE;
    case 'conv':
      return STATE;
    case 'mlp':
      return { kind: 'none', expression: GLOBAL.expression };
    default:
      return all;
  }
}

// ---------------------------------------------------------------------------------------------- what they keep

function sizesOf(fields: Fields, own: Fields, heads: number, hidden: number) {
  if (fields.has('kv_lora_rank')) {
    const rank = fields.whole('kv_lora_rank', HIDDEN);
    const rotated = fields.whole('qk_rope_head_dim', ROTATED, 64);
    const key = scoredDim(fields, rank);
    const value = fields.has('v_head_dim') ? fields.whole('v_head_dim', HEAD_DIM) : key;
    const compared = { key, value };
    return { kvHeads: 1, keyDim: rank, valueDim: rotated, latent: true as const, compared };
  }
  const kvHeads = fields.whole('num_key_value_heads', HEADS, heads);
  check(
    kvHeads <= heads && heads % kvHeads === 0,
    `num_attention_heads ${heads} cannot share num_key_value_heads ${kvHeads}; it should be a multiple of it`,
  );
  // Some classes have defaults that do not divide, and their models round down; a file's own sizes should divide.
  const rounded = !own.has('hidden_size') && !own.has('num_attention_heads');
  const share = rounded ? Math.floor(hidden / heads) : hidden / heads;
  const keyDim = fields.has('head_dim') ? fields.whole('head_dim', HEAD_DIM) : share;
  check(
    Number.isInteger(keyDim),
    `hidden_size ${hidden} does not divide into num_attention_heads ${heads}, and head_dim is missing`,
  );
  const valueDim = fields.has('v_head_dim') ? fields.whole('v_head_dim', HEAD_DIM) : keyDim;
  return { kvHeads, keyDim, valueDim };
}

/** MLA: width per head in which queries and keys are compared. */
const scoredDim = (fields: Fields, otherwise: number): number =>
  fields.has('qk_nope_head_dim')
    ? fields.whole('qk_nope_head_dim', HEAD_DIM) + fields.whole('qk_rope_head_dim', ROTATED, 64)
    : otherwise;

/** What each kind of layer keeps besides keys and values, or instead of them. */
function kept(type: string, { fields }: Asked): Partial<ConfigLayer> {
  switch (type) {
    case 'indexed_attention':
      return {
        picks: {
          ...(fields.has('index_topk') && { most: fields.whole('index_topk', TOKENS_IN_WINDOW) }),
          by: 'an indexer',
        },
        ...(fields.has('index_head_dim') && { indexDim: indexOf(fields) }),
      };
    case 'minimax_m3_sparse':
      return { picks: { by: 'an indexer of blocks' } };
    default:
      return {};
  }
}

/** Numbers an indexer keeps per token: a key; if it pools, also the pooling weights and whether the token counts. */
function indexOf(fields: Fields): number {
  const width = fields.whole('index_head_dim', HEAD_DIM);
  return fields.has('index_kpool') ? 2 * width + 1 : width;
}

/** Layers that keep a state, with or without keys. */
function stateOf(
  type: string,
  { fields }: Asked,
  heads: number,
  hidden: number,
): Partial<ConfigLayer> {
  const kind = STATES[type];
  if (kind === undefined) return {};
  const size = stateSize(fields, type, { heads, hidden });
  return { state: kind, ...(size && { stateSize: size }) };
}
const STATES: Readonly<Record<string, 'linear' | 'convolution'>> = {
  [LINEAR_TYPE]: 'linear',
  conv: 'convolution',
  hybrid: 'linear',
  hybrid_sliding: 'linear',
};

/** transformers 5 saves the fields that differ in single layers as per_layer_config: {"5": {"head_dim": 512}}. */
function overridden(
  own: Fields,
  at: number,
  { latent, kind }: ConfigLayer,
  causal: boolean,
): Partial<ConfigLayer> {
  const all = own.get('per_layer_config');
  const given = isRecord(all) && Object.hasOwn(all, String(at)) ? all[String(at)] : undefined;
  if (!isRecord(given)) return {};
  const one = new Fields(given, `per_layer_config of layer ${at + 1}`);
  const window =
    kind === 'local' && one.has('sliding_window')
      ? one.whole('sliding_window', TOKENS_IN_WINDOW)
      : undefined;
  const reach = window === undefined ? {} : causal ? local(window) : bothSides(window);
  if (latent)
    return {
      ...reach,
      ...(one.has('kv_lora_rank') && { keyDim: one.whole('kv_lora_rank', HIDDEN) }),
      ...(one.has('qk_rope_head_dim') && { valueDim: one.whole('qk_rope_head_dim', ROTATED) }),
      ...(one.has('num_attention_heads') && { heads: one.whole('num_attention_heads', HEADS) }),
    };
  return {
    ...reach,
    ...(one.has('num_key_value_heads') && { kvHeads: one.whole('num_key_value_heads', HEADS) }),
    ...(one.has('head_dim') && {
      keyDim: one.whole('head_dim', HEAD_DIM),
      valueDim: one.whole('head_dim', HEAD_DIM),
    }),
  };
}

/** How positions are stretched beyond the lengths a model was first trained on; undefined: not at all. */
function stretchOf(
  own: Readonly<Record<string, unknown>>,
  scaling: unknown,
): { readonly by: string; readonly factor?: number } | undefined {
  for (const one of [own, isRecord(scaling) ? scaling : {}]) {
    const type = one['rope_type'] ?? one['type'];
    if (typeof type !== 'string' || !Object.hasOwn(STRETCHES, type)) continue;
    const { factor } = one;
    const said = typeof factor === 'number' && Number.isFinite(factor) && factor > 0;
    return { by: STRETCHES[type]!, ...(said && { factor }) };
  }
  return undefined;
}
/** rope_type, by the name of its method. */
const STRETCHES: Readonly<Record<string, string>> = {
  yarn: 'YaRN',
  linear: 'linear scaling',
  dynamic: 'dynamic NTK',
  llama3: 'Llama 3 scaling',
  longrope: 'LongRoPE',
};

function ropeOf(fields: Fields, { r }: Entry, type: string): Rope | undefined {
  const given = fields.get('rope_parameters') ?? r;
  const all = isRecord(given) ? given : {};
  const part = Object.hasOwn(all, type) ? all[type] : all;
  if (part === null) return 'none';
  const one = isRecord(part) ? part : {};
  const number = (value: unknown) =>
    typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
  const localBase = type === LOCAL_TYPE ? number(fields.get('rope_local_base_freq')) : undefined;
  const base = localBase ?? number(fields.get('rope_theta')) ?? number(one['rope_theta']);
  const share = number(fields.get('partial_rotary_factor')) ?? number(one['partial_rotary_factor']);
  const stretched = stretchOf(one, fields.get('rope_scaling'));
  if (base === undefined && share === undefined && !stretched) return undefined;
  return {
    ...(base !== undefined && { base }),
    ...(share !== undefined && { share }),
    ...(stretched && { stretched }),
  };
}

// ---------------------------------------------------------------------------------------------- notes

/** Fields for the context length a model was made for. */
const MADE_FOR = ['max_position_embeddings', 'n_positions', 'max_seq_len', 'seq_length'];
const MADE_FOR_PART: Readonly<Record<Part, readonly string[]>> = {
  encoder: ['max_source_positions', 'max_encoder_position_embeddings'],
  decoder: ['max_target_positions', 'max_decoder_position_embeddings'],
  cross: ['max_target_positions', 'max_decoder_position_embeddings'],
};

/** The first place in the file that gives it. */
function madeFor(part: Part, places: readonly Fields[]): Pick<ConfigLayers, 'made'> {
  const names = [...MADE_FOR_PART[part], ...MADE_FOR];
  const said = places.flatMap((fields) => names.map((name) => fields.get(name)));
  const made = said.find((one) => Number.isSafeInteger(one) && (one as number) > 0);
  return made === undefined ? {} : { made: made as number };
}

const SIZES = ['num_hidden_layers', 'num_attention_heads', 'hidden_size'];

function leftOut(
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
function unusedWindow({ own, fields }: Asked): Pick<ConfigLayers, 'unused'> {
  const window = own.get('sliding_window');
  if (typeof window !== 'number') return {};
  return { unused: { window, switched: fields.get('use_sliding_window') === false } };
}

function withoutWindow({ fields, own }: Asked, { g }: Entry, label: string): string {
  if (g === 1 && !fields.flag('use_sliding_window', false))
    return 'use_sliding_window is off: every layer reads everything before, whatever sliding_window says';
  if (own.isNull('sliding_window'))
    return 'sliding_window is null: every layer reads everything before';
  return `${label} has no window here: what is read is everything before`;
}

function notesOn(layers: readonly ConfigLayer[]): readonly string[] {
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

const isDecoder = (fields: Fields) => fields.flag('is_decoder', false);

function nameOf(outer: Fields): string | undefined {
  const name = outer.get('_name_or_path');
  return typeof name === 'string' && name !== '' && name.length <= 200 ? name : undefined;
}
