/** @file A model as the planner uses it: parsed, named, with its weights counted, published or entered by the user. */
import { InputError } from '../../core/check';
import { isRecord } from '../../core/place';
import { readConfig } from '../configs';
import type { ConfigLayers } from '../configLayer';
import type { Part } from '../part';
import { isConfigText } from './typed';
import { BF16, WEIGHT_PRECISIONS, type Precision } from './precision';
import { released } from './released';
import { weightsOf, type Weights } from './weights';

export interface Model {
  readonly name: string;
  readonly config: ConfigLayers;
  /** Its config.json. */
  readonly text: string;
  /** The number of weights, and how it is known; undefined: unknown, see `why`. */
  readonly parameters: number | undefined;
  readonly known: 'exact' | 'counted' | 'typed' | undefined;
  readonly why: string | undefined;
  /** For a released model: the source of its sizes, and whether its makers published them. */
  readonly source?: string;
  readonly sure?: boolean;
  /** Given if the weights were counted: used to predict what a step holds temporarily. */
  readonly weights: Weights | undefined;
  /** Precision it is released in. */
  readonly precision: Precision;
  /** Context length the model was made for, according to its file. */
  readonly made: number | undefined;
}

/** Throws InputError for a config that cannot be read. */
export function modelOf(asked: string, billions?: number, part?: Part): Model {
  const known = isConfigText(asked) ? undefined : released.get(asked);
  const text = known ? JSON.stringify(known.config) : asked;
  const config = readConfig(text, part);
  const weights = weightsOf(text, config);
  const counted = typeof weights === 'object' ? weights : undefined;
  const parameters = billions !== undefined ? billions * 1e9 : counted?.parameters;
  const precision = WEIGHT_PRECISIONS.find(({ id }) => id === known?.weights) ?? BF16;
  return {
    name: known?.label ?? config.name ?? config.label,
    config,
    text,
    parameters,
    known: billions !== undefined ? 'typed' : counted && (counted.exact ? 'exact' : 'counted'),
    ...(known && { source: known.source, sure: known.sure }),
    why: typeof weights === 'string' ? weights : undefined,
    weights: counted,
    precision,
    made: config.made,
  };
}

/** Everything in a config that affects its costs, as a text to compare; for an encoder and a decoder, both parts. */
function priceOf(text: string): string {
  const config = readConfig(text);
  const others = (config.parts ?? [])
    .filter(({ part, refused }) => part !== config.part && refused === undefined)
    .map(({ part }) => pricedOf(readConfig(text, part)));
  return JSON.stringify([pricedOf(config), others, weightsOf(text, config)]);
}

function pricedOf(config: ConfigLayers) {
  const { layers, causal, heads, headDim, hidden, vocabulary, family, name } = config;
  const kept = layers.map(({ rope: _, ...layer }) => layer);
  const { part, parts, source, made } = config;
  const pair = { part, parts, source: source?.tokens, made };
  return { kept, causal, heads, headDim, hidden, vocabulary, family, name, ...pair };
}

/** A different value of the same type. */
function other(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string') return `${value}x`;
  if (Array.isArray(value)) return [];
  return value === null ? 1 : {};
}

/**
 * The same config without the fields that do not affect its costs, short enough for a link. A field that could change
 * it stays, even if it repeats its class's default: defaults may change, and a link should not.
 */
export function slim(text: string): string {
  const whole = priceOf(text);
  const same = (one: Record<string, unknown>) => {
    try {
      return priceOf(JSON.stringify(one)) === whole;
    } catch (error) {
      if (error instanceof InputError) return false; // unreadable without the dropped fields
      throw error;
    }
  };
  const file = JSON.parse(text) as Record<string, unknown>;
  const kept = needed(file, same);
  for (const [name, inner] of Object.entries(kept))
    if (isRecord(inner)) kept[name] = needed(inner, (one) => same({ ...kept, [name]: one }));
  return JSON.stringify(kept);
}

/** The fields that `same` needs: the others are found many at a time, by halving. */
function needed(
  all: Readonly<Record<string, unknown>>,
  same: (one: Record<string, unknown>) => boolean,
): Record<string, unknown> {
  let kept: Record<string, unknown> = { ...all };
  const drop = (names: readonly string[]): void => {
    const chosen = (change: (value: unknown) => readonly unknown[]) =>
      Object.fromEntries(
        Object.entries(kept).flatMap(([name, value]) =>
          names.includes(name) ? change(value).map((one) => [name, one]) : [[name, value]],
        ),
      ) as Record<string, unknown>;
    const without = chosen(() => []);
    if (same(without) && same(chosen((value) => [other(value)]))) kept = without;
    else if (names.length > 1) {
      const half = names.length >> 1;
      drop(names.slice(0, half));
      drop(names.slice(half));
    }
  };
  drop(Object.keys(all));
  return kept;
}
