/**
 * @file The planner's inputs, written to a URL and read back:
 * `model=gemma-3-1b&with=qwen3-8b&T=131072&batch=8&cache=fp8`.
 *
 * A model is a released one, or the fields of a config as JSON. Whatever a URL says, costs can be computed for the
 * result; `notes` lists what was not understood.
 */
import { check, InputError } from '../../core/check';
import { encoded } from '../../core/encoded';
import { LONGEST_READ } from '../../core/link';
import { MAX_PRICED } from './cache';
import { engineOf, ENGINES, PAGE, STEP, type Keeping } from './keeping';
import { CACHE_PRECISIONS, STATE_PRECISIONS, WEIGHT_PRECISIONS } from './precision';
import { modelOf, slim } from './model';
import { released } from './released';
import { configOfType, isConfigText, isType } from './typed';
import { isPart, PARTS, type Part } from '../part';

export interface Asked {
  /** One, or two to be compared: the id of a released model, or the text of a config. */
  readonly models: readonly string[];
  readonly T: number; // tokens per sequence
  readonly batch: number; // sequences
  /** Ids of precisions. */
  readonly cache: string;
  readonly states: string;
  /** undefined: as each model is released. */
  readonly weights: string | undefined;
  readonly keeping: Keeping;
  readonly machines: number;
  /** GiB per machine. */
  readonly memory: number;
  /**
   * For an encoder and a decoder: the part whose costs are computed, in the first and the second model; undefined: the
   * decoder.
   */
  readonly parts: readonly (Part | undefined)[];
  /** Source tokens a decoder reads; undefined: what is assumed for its config. */
  readonly source: number | undefined;
  /** Weights of the first and the second model, if the user gives them; billions. */
  readonly billions: readonly (number | undefined)[];
}

export const FIRST: Asked = {
  models: ['gemma-3-27b'],
  T: 131_072,
  batch: 1,
  cache: 'bf16',
  states: 'f32',
  weights: undefined,
  keeping: ENGINES[0]!.keeping,
  machines: 1,
  memory: 80,
  parts: [],
  source: undefined,
  billions: [],
};

/** The length shown by default: no longer than any of the models was made for. */
export function firstLength(
  models: readonly string[],
  parts: readonly (Part | undefined)[] = [],
): number {
  const made = models.map((one, i) => {
    try {
      return modelOf(one, undefined, parts[i]).made ?? FIRST.T;
    } catch (error) {
      if (error instanceof InputError) return FIRST.T; // refused elsewhere, with its own message
      throw error;
    }
  });
  return Math.min(FIRST.T, LENGTH.max, ...made);
}

export const BATCH = { min: 1, max: 4096 };
export const LENGTH = { min: 1, max: MAX_PRICED };
/** Tokens of a source. */
export const SOURCE = { min: 1, max: MAX_PRICED };
export const MACHINES: readonly number[] = [1, 2, 4, 8, 16];
export const MEMORY = { min: 1, max: 100_000 }; // GiB
export const BILLIONS = { min: 0.001, max: 100_000 };

export function toAddress(asked: Asked): string {
  const { models, T, batch, cache, states, weights, keeping, machines, memory, billions } = asked;
  const { parts, source } = asked;
  const engine = engineOf(keeping);
  const own = engine
    ? engine === ENGINES[0]
      ? []
      : [`engine=${engine.id}`]
    : [
        `windows=${keeping.windows}`,
        `step=${keeping.step}`,
        `page=${keeping.page}`,
        ...(keeping.pool ? ['pool=1'] : []),
      ];
  return [
    'v=1',
    `model=${encoded(models[0]!)}`,
    ...(models[1] === undefined ? [] : [`with=${encoded(models[1])}`]),
    `T=${T}`,
    ...(batch === FIRST.batch ? [] : [`batch=${batch}`]),
    ...(cache === FIRST.cache ? [] : [`cache=${cache}`]),
    ...(states === FIRST.states ? [] : [`states=${states}`]),
    ...(weights === undefined ? [] : [`weights=${weights}`]),
    ...own,
    ...(machines === FIRST.machines ? [] : [`machines=${machines}`]),
    ...(memory === FIRST.memory ? [] : [`memory=${memory}`]),
    ...(source === undefined ? [] : [`source=${source}`]),
    ...parts.flatMap((one, i) =>
      one === undefined || one === 'decoder' ? [] : [`part${i + 1}=${one}`],
    ),
    ...billions.flatMap((one, i) => (one === undefined ? [] : [`billions${i + 1}=${one}`])),
  ].join('&');
}

export interface Understood {
  readonly asked: Asked;
  readonly notes: readonly string[];
  /** Whether the page is embedded in a frame of a course page. */
  readonly embedded: boolean;
}

/** Never throws. */
export function fromAddress(query: string): Understood {
  const notes: string[] = [];
  if (query.length > LONGEST_READ) {
    notes.push(`the address has ${query.length} characters; ${LONGEST_READ} are read`);
    return { asked: FIRST, notes, embedded: false };
  }
  const pairs = new URLSearchParams(query);
  /** A pair's value, parsed by `read`; `otherwise` if it is missing or refused. */
  function take<T>(name: string, otherwise: T, read: (text: string) => T): T {
    const text = pairs.get(name);
    if (text === null) return otherwise;
    try {
      return read(text);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      notes.push(error.message);
      return otherwise;
    }
  }
  const number =
    (name: string, { min, max }: { readonly min: number; readonly max: number }, whole = true) =>
    (text: string) => {
      const value = Number(text);
      check(
        text.trim() !== '' && value >= min && value <= max && (!whole || Number.isInteger(value)),
        `${name} is '${text.slice(0, 20)}'; it should be a ${whole ? 'whole ' : ''}number from ${min} to ${max}`,
      );
      return value;
    };
  const one =
    (name: string, ids: readonly string[]) =>
    (text: string): string => {
      check(ids.includes(text), `${name} is '${text.slice(0, 20)}'; there are ${ids.join(', ')}`);
      return text;
    };
  const model = (text: string): string => {
    if (isConfigText(text) || released.has(text)) return text;
    check(
      isType(text),
      `no released model and no model type is called '${text.slice(0, 30)}' here; there are ${released.all.map(({ id }) => id).join(', ')}, and model types as llama or gemma3_text`,
    );
    return slim(configOfType(text));
  };
  const ids = (all: readonly { readonly id: string }[]) => all.map(({ id }) => id);
  const first = take('model', FIRST.models[0]!, model);
  const second = take<string | undefined>('with', undefined, model);
  const engine = take('engine', ENGINES[0]!.id, one('engine', ids(ENGINES)));
  const keeping = ENGINES.find(({ id }) => id === engine)!.keeping;
  const windows = take<string>('windows', keeping.windows, one('windows', ['ring', 'full']));
  const models = second === undefined ? [first] : [first, second];
  const parts = [0, 1].map((i) =>
    take<Part | undefined>(`part${i + 1}`, undefined, (text) => {
      check(
        isPart(text),
        `part${i + 1} is '${text.slice(0, 20)}'; there are ${PARTS.map(({ id }) => id).join(', ')}`,
      );
      return text;
    }),
  );
  const asked: Asked = {
    models,
    T: take('T', firstLength(models, parts), number('T', LENGTH)),
    batch: take('batch', FIRST.batch, number('batch', BATCH)),
    cache: take('cache', FIRST.cache, one('cache', ids(CACHE_PRECISIONS))),
    states: take('states', FIRST.states, one('states', ids(STATE_PRECISIONS))),
    weights: take<string | undefined>('weights', undefined, one('weights', ids(WEIGHT_PRECISIONS))),
    keeping: {
      windows: windows as Keeping['windows'],
      step: take('step', keeping.step, number('step', STEP)),
      page: take('page', keeping.page, number('page', PAGE)),
      pool: take('pool', keeping.pool ? '1' : '0', one('pool', ['0', '1'])) === '1',
    },
    machines: take('machines', FIRST.machines, (text) =>
      Number(one('machines', MACHINES.map(String))(text)),
    ),
    memory: take('memory', FIRST.memory, number('memory', MEMORY, false)),
    parts,
    source: take<number | undefined>('source', undefined, number('source', SOURCE)),
    billions: [0, 1].map((i) =>
      take<number | undefined>(
        `billions${i + 1}`,
        undefined,
        number(`billions${i + 1}`, BILLIONS, false),
      ),
    ),
  };
  return { asked, notes, embedded: pairs.get('embed') === '1' };
}
