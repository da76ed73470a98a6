/** @file A model as the planner takes it: read, named, with its weights counted, published or said by a person. */
import { readConfig } from '../configs';
import type { ConfigLayers } from '../configLayer';
import { isConfigText } from './asked';
import { BF16, WEIGHT_PRECISIONS, type Precision } from './precision';
import { released } from './released';
import { weightsOf, type Weights } from './weights';

export interface Model {
  readonly name: string;
  readonly config: ConfigLayers;
  /** Of its config.json. */
  readonly text: string;
  /** How many weights, and how that is known; undefined: not at all, `why` not. */
  readonly parameters: number | undefined;
  readonly known: 'counted' | 'published' | 'typed' | undefined;
  readonly why: string | undefined;
  /** Of what is counted: for what a step holds meanwhile. */
  readonly weights: Weights | undefined;
  /** Precision it is released in. */
  readonly precision: Precision;
  /** Tokens it was made for, as its file says. */
  readonly made: number | undefined;
}

/** Throws InputError for a config that cannot be read. */
export function modelOf(asked: string, billions?: number): Model {
  const known = isConfigText(asked) ? undefined : released.get(asked);
  const text = known ? JSON.stringify(known.config) : asked;
  const config = readConfig(text);
  const weights = weightsOf(text, config);
  const counted = typeof weights === 'object' ? weights : undefined;
  const parameters =
    billions !== undefined ? billions * 1e9 : (known?.parameters ?? counted?.parameters);
  const precision = WEIGHT_PRECISIONS.find(({ id }) => id === known?.weights) ?? BF16;
  return {
    name: known?.label ?? config.name ?? config.label,
    config,
    text,
    parameters,
    known:
      billions !== undefined
        ? 'typed'
        : known?.parameters !== undefined
          ? 'published'
          : counted && 'counted',
    why: typeof weights === 'string' ? weights : undefined,
    weights: counted,
    precision,
    made: madeFor(text),
  };
}

/** max_position_embeddings, wherever the file has it. */
function madeFor(text: string): number | undefined {
  const found = /"(?:max_position_embeddings|n_positions|max_seq_len)"\s*:\s*(\d{1,9})\b/.exec(
    text,
  );
  return found ? Number(found[1]) : undefined;
}

/** Everything that is priced of a config. */
const priceOf = (text: string): string => {
  const { layers, causal, heads, headDim, hidden, vocabulary, family, name } = readConfig(text);
  const priced = { layers, causal, heads, headDim, hidden, vocabulary, family, name };
  return JSON.stringify([priced, weightsOf(text, readConfig(text)), madeFor(text)]);
};

/** The same config without the fields that change no price, so that it is short enough for a link. */
export function slim(text: string): string {
  const whole = priceOf(text);
  let kept = JSON.parse(text) as Record<string, unknown>;
  const same = (one: Record<string, unknown>) => {
    try {
      return priceOf(JSON.stringify(one)) === whole;
    } catch {
      return false; // it cannot be read without
    }
  };
  for (const name of Object.keys(kept)) {
    const { [name]: value, ...others } = kept;
    if (same(others)) kept = others;
    else if (typeof value === 'object' && value !== null && !Array.isArray(value))
      for (const inner of Object.keys(value)) {
        const { [inner]: _, ...rest } = kept[name] as Record<string, unknown>;
        if (same({ ...kept, [name]: rest })) kept = { ...kept, [name]: rest };
      }
  }
  return JSON.stringify(kept);
}
