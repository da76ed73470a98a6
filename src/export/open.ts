/** @file A small Llama-shaped checkpoint of Hugging Face as a model of ours, or the reason why not. */
import { and, read, term } from '../attention/expression';
import { namedSpec } from '../attention/named';
import type { PatternSpec } from '../attention/pattern';
import { patternSpec } from '../attention/registry';
import { check, InputError } from '../core/check';
import { isRecord } from '../core/fields';
import { formatBytes } from '../core/units';
import type { HostWeights } from '../model/arena';
import { checkNumbers } from '../model/checkpoint';
import { fromHuggingFace } from '../model/huggingface';
import { readSafetensors, type NamedTensor } from '../model/safetensors';
import { NORM_EPS, weightTable, type ModelSpec } from '../spec/model';
import { LAYER_TYPES } from '../model/config';
import { byteCharacters } from './export';

export interface OpenedFolder {
  readonly model: ModelSpec;
  readonly weights: HostWeights;
  /** By id; 'bytes' where tokens are the bytes of UTF-8; undefined where the folder has no tokenizer we read. */
  readonly vocabulary: readonly string[] | 'bytes' | undefined;
}

/** Blocks that are Llama's: where they may have biases, they must be zero. */
const ARCHITECTURES = ['llama', 'mistral', 'ministral', 'qwen2', 'zebra'];
/** As much as a page holds without trouble, bytes of float32. */
const MOST_WEIGHTS = 64 * 2 ** 20;

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
    `a model needs config.json and model.safetensors side by side (choose both, or a ZIP of the folder); given: ${[...files.keys()].slice(0, 5).join(', ') || 'nothing'}`,
  );
  const config = jsonOf('config.json', configFile);
  const model = modelFrom(config);
  const bytes =
    4 * weightTable(model).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  check(
    bytes <= MOST_WEIGHTS,
    `the model has ${formatBytes(bytes)} of weights; up to ${formatBytes(MOST_WEIGHTS)} is opened here`,
  );
  const tensors = readSafetensors(weightsFile);
  const table = new Set(weightTable(model).map(({ name }) => name));
  for (const [name, tensor] of tensors) {
    if (table.has(name)) continue;
    // Biases of architectures that have them, a head that is tied, frequencies of old files.
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
        : `the file has a tensor ${name} that such a model has not`,
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
  const type = config['model_type'];
  check(
    typeof type === 'string' && ARCHITECTURES.includes(type),
    `model_type is ${said(type)}; ${ARCHITECTURES.join(', ')} are opened`,
  );
  const whole = (name: string, most: number, otherwise?: number): number => {
    const value = config[name] ?? otherwise;
    check(
      Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= most,
      `${name} is ${said(value)}; it should be a whole number from 1 to ${most}`,
    );
    return value as number;
  };
  const width = whole('hidden_size', 8192);
  const heads = whole('num_attention_heads', 256);
  const kvHeads = whole('num_key_value_heads', 256, heads);
  const headDim = whole('head_dim', 512, width / heads);
  const layers = whole('num_hidden_layers', 128);
  check(heads % kvHeads === 0, `${heads} heads cannot share ${kvHeads} key-value heads`);
  check(headDim % 4 === 0, `head_dim is ${headDim}; it should be a multiple of 4`);
  const act = config['hidden_act'] ?? 'silu';
  check(
    act === 'silu' || act === 'swish',
    `hidden_act is ${said(act)}; only silu is computed here`,
  );
  const eps = config['rms_norm_eps'] ?? 1e-6;
  check(
    eps === NORM_EPS,
    `rms_norm_eps is ${said(eps)}; this program computes with ${NORM_EPS} (a model of the same weights and another eps gives other numbers)`,
  );
  const partial = config['partial_rotary_factor'] ?? 1;
  check(
    partial === 1,
    `partial_rotary_factor is ${said(partial)}; only whole heads are turned here`,
  );
  const { base, scale } = ropeOf(config);
  const tied = config['tie_word_embeddings'] ?? false;
  check(
    typeof tied === 'boolean',
    `tie_word_embeddings is ${said(tied)}; it should be true or false`,
  );
  return {
    vocabulary: whole('vocab_size', 1_000_000),
    context: whole('max_position_embeddings', 10_000_000, 2048),
    width,
    heads,
    kvHeads,
    headDim,
    hidden: whole('intermediate_size', 65_536),
    layers: layersFrom(config, type, layers, whole),
    pool: config['summary_pool'] === 'pre' ? 'pre' : 'post',
    ropeBase: base,
    ropeScale: scale,
    tied,
  };
}

function layersFrom(
  config: Readonly<Record<string, unknown>>,
  type: string,
  layers: number,
  whole: (name: string, most: number, otherwise?: number) => number,
): ModelSpec['layers'] {
  const window = () => whole('sliding_window', 10_000_000);
  // Windows longer than our local layers have are masks to us.
  const local = () => namedSpec(and(term('causal'), term('window', window())));
  const given = config['layer_types'];
  if (given === undefined || given === null) {
    // Mistral's window holds in every layer; Qwen2's only where use_sliding_window says so.
    const windowed =
      (type === 'mistral' || type === 'ministral') && typeof config['sliding_window'] === 'number';
    check(
      !(type === 'qwen2' && config['use_sliding_window'] === true),
      'use_sliding_window without layer_types is not read; save the config with a recent transformers, which writes layer_types',
    );
    const one = windowed ? local() : patternSpec('global', {});
    return Array.from({ length: layers }, () => one);
  }
  check(
    Array.isArray(given) && given.length === layers,
    `layer_types has ${Array.isArray(given) ? given.length : 'no'} entries; the model has ${layers} layers`,
  );
  return given.map((kind: unknown, l) => {
    if (kind === LAYER_TYPES.global) return patternSpec('global', {});
    if (kind === LAYER_TYPES.local) return local();
    if (kind === LAYER_TYPES.masked) return maskedFrom(config, l, layers);
    check(
      kind === LAYER_TYPES.approximate,
      `layer_types holds ${said(kind)}; ${Object.values(LAYER_TYPES).join(', ')} are read`,
    );
    return patternSpec('approximate', { window: window(), chunk: whole('chunk_size', 1_000_000) });
  });
}

/** A layer whose mask stands in a field of ours. */
function maskedFrom(
  config: Readonly<Record<string, unknown>>,
  l: number,
  layers: number,
): PatternSpec {
  const given = config['layer_masks'];
  check(
    Array.isArray(given) && given.length === layers,
    `layer_types has ${LAYER_TYPES.masked}, and layer_masks has ${Array.isArray(given) ? given.length : 'no'} entries; the model has ${layers} layers`,
  );
  const text: unknown = given[l];
  check(
    typeof text === 'string',
    `layer_masks says ${said(text)} of layer ${l + 1}; it should be a mask such as "causal & window(8)"`,
  );
  try {
    return namedSpec(read(text));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`layer_masks says ${said(text)} of layer ${l + 1}: ${error.message}`);
  }
}

function ropeOf(config: Readonly<Record<string, unknown>>): { base: number; scale: number } {
  const given = config['rope_parameters'] ?? config['rope_scaling'] ?? {};
  check(isRecord(given), `rope_parameters is ${said(given)}; it should be an object`);
  const type = given['rope_type'] ?? given['type'] ?? 'default';
  check(
    type === 'default' || type === 'linear',
    `rope_type is ${said(type)}; default and linear are computed here`,
  );
  const base = given['rope_theta'] ?? config['rope_theta'] ?? 10_000;
  const scale = type === 'linear' ? given['factor'] : 1;
  for (const [name, value] of Object.entries({ rope_theta: base, factor: scale }))
    check(
      typeof value === 'number' && Number.isFinite(value) && value > 0,
      `${name} is ${said(value)}; it should be a number above 0`,
    );
  return { base: base as number, scale: scale as number };
}

/** Of a tokenizer.json whose tokens are whole words of its vocabulary; others are numbers to us. */
function vocabularyFrom(bytes: Uint8Array, size: number): readonly string[] | 'bytes' | undefined {
  const { model } = jsonOf('tokenizer.json', bytes);
  if (isBytes(model, size)) return 'bytes';
  if (!isRecord(model) || model['type'] !== 'WordLevel' || !isRecord(model['vocab']))
    return undefined;
  const labels: string[] = [];
  for (const [label, id] of Object.entries(model['vocab'])) {
    if (!Number.isSafeInteger(id) || (id as number) < 0 || (id as number) >= size) return undefined;
    labels[id as number] = label;
  }
  for (let id = 0; id < size; id++) if (labels[id] === undefined) return undefined;
  return labels;
}

/** The tokenizer that our export writes of a text read byte by byte. */
function isBytes(model: unknown, size: number): boolean {
  if (!isRecord(model) || model['type'] !== 'BPE' || size !== 256) return false;
  const { vocab, merges } = model;
  return (
    Array.isArray(merges) &&
    merges.length === 0 &&
    isRecord(vocab) &&
    byteCharacters().every((one, byte) => vocab[one] === byte)
  );
}

function jsonOf(name: string, bytes: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new InputError(`${name} is not complete JSON`);
  }
  check(isRecord(value), `${name} is not a JSON object`);
  return value;
}

const said = (value: unknown): string =>
  value === undefined ? 'missing' : JSON.stringify(value).slice(0, 60);
