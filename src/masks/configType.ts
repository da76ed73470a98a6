/**
 * @file Finds the model a config describes: its type, the part of the file with its text model, and the rule and
 * defaults to read it with. An unknown type is read as a known one only if its name or its architecture matches, and
 * its fields match too.
 */
import { check } from '../core/check';
import { isRecord } from '../core/place';
import { registryOf } from '../core/registry';
import {
  entryOf,
  nestingOf,
  pairOf,
  openedTypes,
  reasonAgainst,
  RENAMED,
  TABLE_VERSION,
  TYPE_OF,
  type Entry,
  type Pair,
} from './configTable';
import type { Rule } from './family';
import { Fields } from './fields';
import type { Part } from './part';

export const rules = registryOf<Rule>(
  'family of models',
  import.meta.glob<{ default: Rule }>('./configs/*.ts', { eager: true }),
);

export interface ModelType {
  /** The fields of its text model, as they are in the file. */
  readonly own: Fields;
  readonly type: string;
  /** The model type of the whole file, if given; the text model may be nested in it. */
  readonly outer?: string | undefined;
  readonly rule: Rule | undefined;
  readonly entry: Entry;
  /** Why it may be read wrongly. */
  readonly doubt?: string;
  readonly note?: string;
  /** For an encoder and a decoder: the type of the pair. */
  readonly paired?: string;
  /** The file's name for each field: the sizes of a part have their own names. */
  readonly named?: Readonly<Record<string, string>>;
}

/** For types known only by a rule here: no defaults. */
const ALONE: Entry = { d: {} };

/** Where files nest their language model, if their type is not in the table. */
const NESTED = ['text_config', 'llm_config', 'language_config', 'thinker_config.text_config'];

/** Types with their own code that use the config class of a known one. */
export const CLASS_OF: Readonly<Record<string, string>> = {
  kimi_k2: 'deepseek_v3',
  mimo: 'qwen2',
  phi3_v: 'phi3',
  phi4mm: 'phi3',
  llava_llama: 'llama',
  llava_mistral: 'mistral',
  llava_qwen: 'qwen2',
};

/** Types whose code comes with their weights and cannot be read by a rule. */
export const CODE_ALONE: Readonly<Record<string, string>> = {
  phi3small:
    'each head reads blocks of its own (blocksparse_params), which this site cannot read yet',
  plamo2: 'only its code says which of its layers keep a state',
  rwkv7: 'it has no attention: every layer keeps a state that does not grow',
};

/** The `part` of an encoder and a decoder; cross-attention is in the decoder. */
export function modelTypeOf(outer: Fields, part: Part = 'decoder'): ModelType {
  const said = outer.word('model_type');
  const pair = said === undefined ? undefined : pairOf(said);
  if (pair) return ofPair(outer, said!, pair, part);
  const found = { ...oneOf(outer), outer: said };
  const { own, entry } = found;
  if (!entry.p) return found;
  const names = entry.p[sideOf(part)];
  check(
    names,
    `${found.type} is a decoder alone; its encoder has a config of its own, or reads no text`,
  );
  // T5's files give the depth of the decoder only if it differs.
  const given = own.renamed({ num_decoder_layers: 'num_layers' });
  return {
    ...found,
    own: new Fields(taken(given.record, names), own.what),
    entry: { ...entry, d: taken(entry.d, names) },
    paired: found.type,
    named: names,
  };
}

const sideOf = (part: Part) => (part === 'encoder' ? 'encoder' : 'decoder');

/**
 * The fields of a part under their usual names. Layers and heads under a plain name are dropped, because in many files
 * those belong to another part.
 */
function taken(
  all: Readonly<Record<string, unknown>>,
  names: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> {
  const found: Record<string, unknown> = { ...all };
  for (const [name, field] of Object.entries(names)) {
    if (/^num_/.test(name)) delete found[name];
    if (Object.hasOwn(all, field)) found[name] = all[field];
  }
  return found;
}

/** Encoder and decoder have configs of their own inside. */
function ofPair(outer: Fields, said: string, pair: Pair, part: Part): ModelType {
  const place = pair[sideOf(part)];
  check(place, `${said} has no encoder that reads tokens of text`);
  const [name, type] = place;
  const given = outer.get(name);
  const inner = new Fields(isRecord(given) ? given : {}, name);
  const within = inner.word('model_type') ?? type;
  check(
    !pairOf(within),
    `${name} is ${shortly(within)}, which has an encoder and a decoder of its own`,
  );
  const full = inner.with({
    ...(!inner.has('model_type') && { model_type: type }),
    // A part requested as a decoder is read as one, whatever its class says.
    is_decoder: part !== 'encoder',
  });
  return { ...modelTypeOf(full, part), paired: said };
}

function oneOf(outer: Fields): ModelType {
  const said = outer.word('model_type');
  const nesting = said === undefined ? undefined : nestingOf(said);
  const inner = innerOf(outer, nesting?.[0]);
  const marked = rules.all.find(({ marks }) => marks?.some((name) => inner.has(name)));
  if (marked) return { own: inner, type: marked.id, rule: marked, entry: ALONE };
  const own = inner.word('model_type');
  const type = (inner === outer && nesting ? nesting[1] : own) ?? nesting?.[1] ?? said;
  check(
    type !== undefined,
    `the config has no model_type; open the config.json of a model, of ${examples()}`,
  );
  const rule = ruleFor(type);
  if (rule?.alone) return { own: inner, type, rule, entry: ALONE };
  for (const one of [type, said]) {
    const reason =
      one === undefined
        ? undefined
        : (reasonAgainst(one) ?? (Object.hasOwn(CODE_ALONE, one) ? CODE_ALONE[one] : undefined));
    if (one === type || !entryOf(type))
      check(reason === undefined, `model_type is ${shortly(one!)}: ${reason}`);
  }
  const entry = entryOf(type);
  if (entry) return { own: inner, type, rule, entry };
  const same = Object.hasOwn(CLASS_OF, type) ? CLASS_OF[type]! : undefined;
  if (same !== undefined)
    return {
      own: inner,
      type: same,
      rule: ruleFor(same),
      entry: entryOf(same)!,
      note: `the code of ${type} comes with its weights; its config is that of ${same}`,
    };
  return likeAnother(inner, outer, type);
}

const ruleFor = (type: string) => rules.all.find(({ modelTypes }) => modelTypes.includes(type));

function innerOf(outer: Fields, path: string | undefined): Fields {
  for (const one of path === undefined ? NESTED : [path]) {
    const nested = one
      .split('.')
      .reduce<unknown>(
        (at, name) => (isRecord(at) && Object.hasOwn(at, name) ? at[name] : undefined),
        outer.record,
      );
    if (isRecord(nested)) return new Fields(nested, one);
  }
  return outer;
}

// ---------------------------------------------------------------------------------------- unknown types

/**
 * A type newer than the table, read as the known one that its architecture or name suggests, if its fields agree.
 */
function likeAnother(own: Fields, outer: Fields, type: string): ModelType {
  const unknown = `model_type is ${shortly(type)}, which transformers ${TABLE_VERSION} does not know`;
  const sized = ['num_hidden_layers', 'num_attention_heads'].every((name) => own.has(name));
  const built = byArchitecture(own) ?? byArchitecture(outer);
  const like = built ?? nearest(own, type);
  const code =
    outer.has('auto_map') || own.has('auto_map') ? '; its code comes with its weights' : '';
  check(
    like !== undefined && sized,
    `${unknown}${code}${sized || like === undefined ? '' : `, and it says no ${own.has('num_hidden_layers') ? 'num_attention_heads' : 'num_hidden_layers'}`}; what can be read is ${examples()} and ${openedTypes().length} more`,
  );
  const by = built === undefined ? 'its name' : 'its architectures';
  return {
    own,
    type: like,
    rule: ruleFor(like),
    entry: withoutSizes(entryOf(like)!),
    doubt: `${unknown}; it is read as ${like}, by ${by} and its fields, and may differ`,
  };
}

/** A class's names for its layers carry over to a similar model; its sizes do not. */
const withoutSizes = (entry: Entry): Entry => ({
  ...entry,
  d: Object.fromEntries(Object.entries(entry.d).filter(([name]) => !SIZES.includes(name))),
});
const SIZES = [
  'num_hidden_layers',
  'num_attention_heads',
  'num_key_value_heads',
  'hidden_size',
  'head_dim',
  'vocab_size',
];

const plain = (name: string) =>
  name
    .toLowerCase()
    .replace(/_text$/, '')
    .replaceAll(/[^a-z0-9]/g, '');

/** ["DeepseekV3ForCausalLM"] is deepseek_v3, whatever the model type. */
function byArchitecture(fields: Fields): string | undefined {
  const named = fields.get('architectures');
  const first: unknown = Array.isArray(named) ? named[0] : undefined;
  if (typeof first !== 'string' || first.length > 200) return undefined;
  const name = plain(first.replace(/(For[A-Z]\w*|LMHeadModel|Model)$/, ''));
  return openedTypes().find((type) => plain(type) === name && fits(fields, entryOf(type)!));
}

/**
 * The known type that shares its prefix, up to a version, and has the same parts: 'qwen3_9_text' is like
 * 'qwen3_5_text'.
 */
function nearest(own: Fields, type: string): string | undefined {
  const stem = /^[a-z]{3,}/.exec(type)?.[0];
  if (stem === undefined) return undefined;
  const common = (other: string) => {
    let n = 0;
    while (n < type.length && type[n] === other[n]) n++;
    return n;
  };
  const closeness = (other: string) =>
    common(other) + (other.endsWith('_text') === type.endsWith('_text') ? 0.5 : 0);
  return openedTypes()
    .filter((other) => /^[a-z]+/.exec(other)![0] === stem && fits(own, entryOf(other)!))
    .sort((a, b) => closeness(b) - closeness(a) || a.length - b.length)[0];
}

/** Fields of layers that keep a state. */
const OF_STATES =
  /^(linear_|mamba_|ssm_|lru_|conv_L_cache|conv1d_width|hybrid_override_pattern|attn_type_list|layers_block_type)/;

/** Whether the file has the same parts as models of this type: latents, an indexer, states, kinds of layers. */
function fits(own: Fields, { d, k = '', l, t = '' }: Entry): boolean {
  const same = (name: string) => own.has(name) === Object.hasOwn(d, name);
  const states = Object.keys(own.record).some((name) => OF_STATES.test(name));
  const letters = `${l?.cycle ?? ''}${l?.first ?? ''}${t}`;
  if (!same('kv_lora_rank') || !same('index_topk')) return false;
  if (states && !/[LVHT]/.test(k + letters)) return false;
  const types = own.get('layer_types');
  if (!Array.isArray(types)) return states || !/[LVHT]/.test(letters);
  const known = new Set([...k, ...letters, 'F', 'S'].map((letter) => TYPE_OF[letter]));
  return types.every((one) => known.has(RENAMED[String(one)] ?? String(one)));
}

const shortly = (word: string) => JSON.stringify(word.slice(0, 40));
const examples = () => 'llama, mistral, qwen3, gemma3_text, gpt_oss, deepseek_v3, modernbert';
