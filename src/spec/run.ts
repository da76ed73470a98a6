/** @file What a user requests: one flat record of settings, which controls.ts describes, and what follows from them. */
import type { Packing } from '../attention/documents';
import { plans } from '../attention/plans';
import { patterns } from '../attention/registry';
import { reach } from '../attention/reach';
import type { LayerPlan } from '../attention/pattern';
import { lettersOf } from '../data/alphabet';
import { sources } from '../data/registry';
import type { Source } from '../data/source';

export interface RunSpec {
  readonly task: string; // a corpus or a synthetic task
  readonly alphabet: string; // characters of the user's own text (src/data/alphabet.ts); '' for the site's
  readonly distance: number; // tokens between a question and its answer, synthetic tasks only
  readonly plan: string;
  readonly layers: number;
  readonly width: number; // D
  readonly heads: number; // H
  readonly share: number; // query heads that share one key-value head (grouped-query attention)
  readonly context: number; // T, tokens
  readonly window: number; // W, tokens, itself included
  readonly groupSize: number; // L, layers
  readonly chunk: number; // C, tokens
  readonly place: 'first' | 'last';
  readonly stripes: string; // one letter per layer, or the number of one of its masks; plan `custom`
  readonly masks: string; // expressions separated by ';', for layers that refer to them by number
  readonly pool: 'post' | 'pre'; // keys are averaged after or before RoPE
  readonly documents: Packing; // how documents that share a row are treated; text only
  readonly ropeBase: number;
  readonly ropeScale: number; // position interpolation: positions are divided by it
  readonly tied: number; // 1: the output head is the embedding
  readonly spread: number; // standard deviation of the embedding's initial values
  readonly rate: number; // peak learning rate
  readonly warmup: number; // steps
  readonly decay: number; // AdamW's decoupled weight decay
  readonly batch: number; // B, sequences
  readonly steps: number; // length of the schedule; training continues at its floor afterwards
  readonly seed: number;
  readonly backend: 'auto' | 'webgpu' | 'wasm' | 'cpu' | 'tfjs';
}

export type Setting = keyof RunSpec;

/** The standard deviation of the embedding's initial values for links, files and recordings that do not give one. */
export const NARROW = 0.02;

/** The user's own text, for which the site has no file. */
export function isOwnText({ task }: Pick<RunSpec, 'task'>): boolean {
  const source = sources.has(task) ? sources.get(task) : undefined;
  return source?.kind === 'corpus' && source.file === undefined;
}

/**
 * The training data, with the vocabulary of this run: the user's own text may have its own. Throws InputError for an
 * invalid alphabet.
 */
export function sourceOf(spec: Pick<RunSpec, 'task' | 'alphabet'>): Source {
  const source = sources.get(spec.task);
  return source.kind === 'corpus' && isOwnText(spec)
    ? { ...source, vocabulary: lettersOf(spec.alphabet) }
    : source;
}

export const isText = (spec: RunSpec) =>
  sources.has(spec.task) && sources.get(spec.task).kind === 'corpus';

/** Settings newer than some files still in use: the values those files imply by leaving them out. */
const ADDED: Partial<RunSpec> = {
  ropeScale: 1,
  spread: NARROW,
  masks: '',
  documents: 'off',
  alphabet: '',
};

/** Settings from a file, plus those of `names` that it is too old to have; anything else is returned unchanged. */
export function withAdded(value: unknown, names: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const added = Object.entries(ADDED).filter(([name]) => names.includes(name));
  return { ...Object.fromEntries(added), ...value };
}

/** The layers of a spec. */
export const layersOf = (spec: RunSpec): LayerPlan => plans.get(spec.plan).expand(spec);

/** How consecutive documents in one sequence are treated; a task's examples have none. */
export const packingOf = (spec: RunSpec): Packing => (isText(spec) ? spec.documents : 'off');

/**
 * Whether its documents can be kept apart as requested. True for a plan that cannot be expanded: its own error comes
 * first.
 */
export function canPack(spec: RunSpec): boolean {
  try {
    return packingOf(spec) === 'off' || !readsChunks(spec);
  } catch {
    return true;
  }
}

/** One of its layers reads averages of chunks, which would mix documents. */
export const readsChunks = (spec: RunSpec): boolean =>
  layersOf(spec).some(({ pattern, params }) => patterns.get(pattern).chunk(params) > 0);

/** Tokens that its layers would see if all of them were local, query included: anything beyond is far. */
export const localReach = (spec: RunSpec): number =>
  reach(plans.get('local').expand(spec), spec.context);
