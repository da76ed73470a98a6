/** @file A small Llama-shaped Hugging Face checkpoint as one of our models, or the reason why not. */
import { and, term } from '../../attention/expression';
import { read } from '../../attention/parse';
import { namedSpec } from '../../attention/named';
import type { PatternSpec } from '../../attention/pattern';
import { patternSpec } from '../../attention/registry';
import { check, InputError } from '../../core/check';
import { Fields } from '../../core/fields';
import { isWhole, number, parseJson, refine } from '../../core/schema';
import { BY_NAME, isRecord, shown } from '../../core/place';
import { formatBytes } from '../../core/units';
import type { HostWeights } from '../arena';
import { checkNumbers } from './checkpoint';
import { fromHuggingFace } from './huggingface';
import { readSafetensors, type NamedTensor } from './safetensors';
import { NORM_EPS, weightTable, type ModelSpec } from '../../spec/model';
import { LAYER_TYPES } from './config';
import { byteCharacters } from './exportFolder';

export interface OpenedFolder {
  readonly model: ModelSpec;
  readonly weights: HostWeights;
  /** By id; 'bytes' if tokens are the bytes of UTF-8; undefined if the folder has no tokenizer we read. */
  readonly vocabulary: readonly string[] | 'bytes' | undefined;
}

/** Architectures with Llama's blocks: if they may have biases, these must be zero. */
const ARCHITECTURES = ['llama', 'mistral', 'ministral', 'qwen2', 'zebra'];
/** What a page can hold without trouble, in bytes of float32. */
const MAX_WEIGHTS = 64 * 2 ** 20;

/** Throws InputError with the reason. */
export function openHuggingFace(files: ReadonlyMap<string, Uint8Array>): OpenedFolder {
  check(
    !files.has('model.safetensors.index.json'),
    'the weights are in several files; merge them into one model.safetensors (save_pretrained with a large max_shard_size)',
  );
  const configFile = files.get('config.json');
  const weightsFile = files.get('model.safetensors');
  check(
    configFile && weightsFile,
    `a model needs config.json and model.safetensors side by side (choose both, or a ZIP of the folder); given: ${[...files.keys()].slice(0, 5).join(', ') || /* a message */ 'nothing'}`,
  );
  const config = jsonOf('config.json', configFile);
  const model = modelFrom(config);
  const bytes =
    4 * weightTable(model).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  check(
    bytes <= MAX_WEIGHTS,
    `the model has ${formatBytes(bytes)} of weights; up to ${formatBytes(MAX_WEIGHTS)} is opened here`,
  );
  const tensors = readSafetensors(weightsFile);
  const table = new Set(weightTable(model).map(({ name }) => name));
  for (const [name, tensor] of tensors) {
    if (table.has(name)) continue;
    // Biases of architectures that have them, a tied head, frequencies in old files.
    if (name.endsWith('.rotary_emb.inv_freq')) continue;
    if (
      name === 'lm_head.weight' &&
      model.tied &&
      same(tensor, tensors.get('model.embed_tokens.weight'))
    )
      continue;
    check(
      name.endsWith('.bias') && tensor.values.every((value) => value === 0),
      name.endsWith('.bias')
        ? `${name} is not zero; models with biases are not opened`
        : `the file has a tensor ${name} that such a model does not have`,
    );
  }
  const weights = fromHuggingFace(model, tensors);
  checkNumbers('weight', weights);
  const tokenizer = files.get('tokenizer.json');
  return { model, weights, vocabulary: tokenizer && vocabularyFrom(tokenizer, model.vocabulary) };
}

const same = (a: NamedTensor, b: NamedTensor | undefined) =>
  b !== undefined &&
  a.values.length === b.values.length &&
  a.values.every((v, i) => v === b.values[i]);

/** The sizes and patterns config.json asks for. */
function modelFrom(config: Readonly<Record<string, unknown>>): ModelSpec {
  const fields = new Fields(config, 'config.json', BY_NAME);
  const type = fields.get('model_type');
  check(
    typeof type === 'string' && ARCHITECTURES.includes(type),
    `model_type is ${shown(type)}; ${ARCHITECTURES.join(', ')} are opened`,
  );
  const size: Size = (name, max, otherwise) => fields.whole(name, { min: 1, max }, otherwise);
  const width = size('hidden_size', 8192);
  const heads = size('num_attention_heads', 256);
  const kvHeads = size('num_key_value_heads', 256, heads);
  const headDim = size('head_dim', 512, width / heads);
  const layers = size('num_hidden_layers', 128);
  check(heads % kvHeads === 0, `${heads} heads cannot share ${kvHeads} key-value heads`);
  check(headDim % 4 === 0, `head_dim is ${headDim}; it should be a multiple of 4`);
  const act = fields.get('hidden_act') ?? 'silu';
  check(
    act === 'silu' || act === 'swish',
    `hidden_act is ${shown(act)}; only silu is computed here`,
  );
  const eps = fields.get('rms_norm_eps') ?? 1e-6;
  check(
    eps === NORM_EPS,
    `rms_norm_eps is ${shown(eps)}; this program computes with ${NORM_EPS} (a model of the same weights and another eps gives other numbers)`,
  );
  const partial = fields.get('partial_rotary_factor') ?? 1;
  check(
    partial === 1,
    `partial_rotary_factor is ${shown(partial)}; only whole heads are turned here`,
  );
  const { base, scale } = ropeOf(fields);
  return {
    tied: fields.flag('tie_word_embeddings'),
    vocabulary: size('vocab_size', 1_000_000),
    context: size('max_position_embeddings', 10_000_000, 2048),
    width,
    heads,
    kvHeads,
    headDim,
    hidden: size('intermediate_size', 65_536),
    layers: layersFrom(fields, type, layers, size),
    pool: fields.get('summary_pool') === 'pre' ? 'pre' : 'post',
    ropeBase: base,
    ropeScale: scale,
  };
}

type Size = (name: string, max: number, otherwise?: number) => number;

function layersFrom(fields: Fields, type: string, layers: number, size: Size): ModelSpec['layers'] {
  const window = () => size('sliding_window', 10_000_000);
  // Windows longer than our local layers allow become masks.
  const local = () => namedSpec(and(term('causal'), term('window', window())));
  const given = fields.get('layer_types');
  if (given === undefined || given === null) {
    // Mistral's window applies to every layer; Qwen2's only if use_sliding_window says so.
    const windowed =
      (type === 'mistral' || type === 'ministral') &&
      typeof fields.get('sliding_window') === 'number';
    check(
      !(type === 'qwen2' && fields.get('use_sliding_window') === true),
      'use_sliding_window without layer_types is not read; save the config with a recent transformers, which writes layer_types',
    );
    const one = windowed ? local() : patternSpec('global', {});
    return Array.from({ length: layers }, () => one);
  }
  check(
    Array.isArray(given) && given.length === layers,
    `layer_types has ${Array.isArray(given) ? given.length : /* a message */ 'no'} entries; the model has ${layers} layers`,
  );
  return given.map((kind: unknown, l) => {
    if (kind === LAYER_TYPES.global) return patternSpec('global', {});
    if (kind === LAYER_TYPES.local) return local();
    if (kind === LAYER_TYPES.masked) return maskedFrom(fields, l, layers);
    check(
      kind === LAYER_TYPES.approximate,
      `layer_types holds ${shown(kind)}; ${Object.values(LAYER_TYPES).join(', ')} are read`,
    );
    return patternSpec('approximate', { window: window(), chunk: size('chunk_size', 1_000_000) });
  });
}

/** A layer whose mask is given in a field of ours. */
function maskedFrom(fields: Fields, l: number, layers: number): PatternSpec {
  const given = fields.get('layer_masks');
  check(
    Array.isArray(given) && given.length === layers,
    `layer_types has ${LAYER_TYPES.masked}, and layer_masks has ${Array.isArray(given) ? given.length : /* a message */ 'no'} entries; the model has ${layers} layers`,
  );
  const text: unknown = given[l];
  check(
    typeof text === 'string',
    `layer_masks says ${shown(text)} of layer ${l + 1}; it should be a mask such as "causal & window(8)"`,
  );
  try {
    return namedSpec(read(text));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`layer_masks says ${shown(text)} of layer ${l + 1}: ${error.message}`);
  }
}

function ropeOf(fields: Fields): { readonly base: number; readonly scale: number } {
  const given = fields.get('rope_parameters') ?? fields.get('rope_scaling') ?? {};
  const rope = new Fields(given, fields.place.field('rope_parameters'));
  const type = rope.get('rope_type') ?? rope.get('type') ?? 'default';
  check(
    type === 'default' || type === 'linear',
    `rope_type is ${shown(type)}; default and linear are computed here`,
  );
  const above0 = refine(number({}, 'a number above 0'), (value, place) => {
    place.expect(value > 0, value, 'a number above 0');
    return value;
  });
  const base = rope.get('rope_theta') ?? fields.get('rope_theta') ?? 10_000;
  return {
    base: above0(base, fields.place.field('rope_theta')),
    scale: type === 'linear' ? rope.take('factor', above0) : 1,
  };
}

/**
 * From a tokenizer.json whose tokens are whole words of its vocabulary; tokens of other tokenizers are shown as
 * numbers.
 */
function vocabularyFrom(bytes: Uint8Array, size: number): readonly string[] | 'bytes' | undefined {
  const { model } = jsonOf('tokenizer.json', bytes);
  if (isBytes(model, size)) return 'bytes';
  if (!isRecord(model) || model['type'] !== 'WordLevel' || !isRecord(model['vocab']))
    return undefined;
  const labels: string[] = [];
  for (const [label, id] of Object.entries(model['vocab'])) {
    if (!isWhole(id) || id < 0 || id >= size) return undefined;
    labels[id] = label;
  }
  for (let id = 0; id < size; id++) if (labels[id] === undefined) return undefined;
  return labels;
}

/** The tokenizer that our export writes for a text read byte by byte. */
function isBytes(model: unknown, size: number): boolean {
  if (!isRecord(model) || model['type'] !== 'BPE' || size !== 256) return false;
  const { vocab, merges } = model;
  return (
    Array.isArray(merges) &&
    merges.length === 0 &&
    isRecord(vocab) &&
    byteCharacters().every((one, byte) => Object.hasOwn(vocab, one) && vocab[one] === byte)
  );
}

function jsonOf(name: string, bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const value = parseJson(bytes, `${name} is not complete JSON`);
  check(isRecord(value), `${name} is not a JSON object`);
  return value;
}
