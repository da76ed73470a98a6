/**
 * @file The config classes of transformers: every model type it knows, with the defaults a file may omit.
 *
 * `npm run configs` generates the table from the classes themselves; nothing in it is typed by hand.
 */
import table from './configTable.json';

/** Letters of the layer kinds in the table, and their names in layer_types. */
export const TYPE_OF: Readonly<Record<string, string>> = {
  F: 'full_attention',
  S: 'sliding_attention',
  C: 'chunked_attention',
  I: 'indexed_attention',
  L: 'linear_attention',
  V: 'conv',
  H: 'hybrid',
  T: 'hybrid_sliding',
  P: 'compressed_sparse_attention',
  Q: 'heavily_compressed_attention',
  M: 'minimax_m3_sparse',
  R: 'reference_sliding_attention',
  '-': 'mlp',
};

/** Older names that files still use. */
export const RENAMED: Readonly<Record<string, string>> = {
  attention: 'full_attention',
  global: 'full_attention',
  local: 'sliding_attention',
  mamba: 'linear_attention',
  recurrent: 'linear_attention',
  moe: 'mlp',
  deepseek_sparse_attention: 'indexed_attention',
  qwen_sparse_attention: 'indexed_attention',
};

/** How a class assigns kinds to its layers if the file does not. */
export interface Naming {
  /** Letters, repeated; '?' is sliding if there is a window, and full otherwise. */
  readonly cycle: string;
  /** Letters of the first layers, overriding the cycle. */
  readonly first?: string;
  /** Letter of the last layer. */
  readonly last?: string;
  /** The cycle is counted from the last layer. */
  readonly end?: boolean;
  /** The field that sets the length of the cycle. */
  readonly by?: string;
}

export interface Entry {
  /** Defaults of the class. */
  readonly d: Readonly<Record<string, unknown>>;
  /** Other names its files use for a field. */
  readonly a?: Readonly<Record<string, string>>;
  readonly l?: Naming;
  /** The layers at its default depth, given if no rule was found. */
  readonly t?: string;
  /** Letters of the layer kinds that its model supports. */
  readonly k?: string;
  /** Rotary base and share, or by layer type. */
  readonly r?: Readonly<Record<string, unknown>>;
  /** Sinks. */
  readonly s?: 1;
  /** use_sliding_window switches its window off. */
  readonly g?: 1;
  /** An encoder. */
  readonly e?: 1;
  /** For a class with an encoder and a decoder: its names for the sizes of each, {name here: name there}. */
  readonly p?: Readonly<Partial<Record<'encoder' | 'decoder', Readonly<Record<string, string>>>>>;
}

/** The field in which a config is nested, and its type if the nested config gives none. */
type Place = readonly [path: string, type: string];
export interface Pair {
  readonly encoder?: Place;
  readonly decoder: Place;
}

interface Table {
  readonly version: string;
  /** For a model type with a nested text config: the field it is in, and its type if it gives none. */
  readonly outer: Readonly<Record<string, Place>>;
  /** For a model type with separate configs for encoder and decoder: the fields they are in, and their types. */
  readonly pairs: Readonly<Record<string, Pair>>;
  readonly types: Readonly<Record<string, Entry>>;
  /** Why it is not supported. */
  readonly refused: Readonly<Record<string, readonly string[]>>;
}
const { version, outer, pairs, types, refused } = table as unknown as Table;

export const TABLE_VERSION = version;

export const entryOf = (type: string): Entry | undefined =>
  Object.hasOwn(types, type) ? types[type] : undefined;

export const pairOf = (type: string): Pair | undefined =>
  Object.hasOwn(pairs, type) ? pairs[type] : undefined;

export const nestingOf = (type: string): Place | undefined =>
  Object.hasOwn(outer, type) ? outer[type] : undefined;

/** Why a known type is not supported, as one sentence after its name; undefined if it is. */
export const reasonAgainst = (type: string): string | undefined =>
  Object.entries(refused).find(([, names]) => names.includes(type))?.[0];

export const openedTypes = (): readonly string[] => Object.keys(types);
export const nestingTypes = (): readonly string[] => [...Object.keys(outer), ...Object.keys(pairs)];
export const pairTypes = (): readonly string[] => [
  ...Object.keys(types).filter((type) => types[type]!.p),
  ...Object.keys(pairs),
];
export const refusedTypes = (): readonly string[] => Object.values(refused).flat();

/** The letters of `layers` layers as the class names them; `every` is the value of the cycle's field. */
export function lettersOf(
  { cycle, first = '', last, end }: Naming,
  layers: number,
  every?: number,
): string {
  const turn = every === undefined ? cycle : stretched(cycle, every);
  const letters = Array.from(
    { length: layers },
    (_, i) => turn[(end ? layers - 1 - i : i) % turn.length]!,
  );
  [...first].slice(0, layers).forEach((letter, i) => (letters[i] = letter));
  if (last !== undefined) letters[layers - 1] = last;
  return letters.join('');
}

/** A cycle with one different layer, first or last, adapted to another length. */
function stretched(cycle: string, length: number): string {
  const odd = cycle.at(-1)!;
  if (cycle.length > 1 && odd !== cycle[0]) return cycle[0]!.repeat(length - 1) + odd;
  return cycle[0]! + (cycle[1] ?? cycle[0]!).repeat(length - 1);
}
