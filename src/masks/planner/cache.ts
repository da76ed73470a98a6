/**
 * @file Size of a parsed config's cache, in bytes: for every layer, at any length, kept as an engine keeps it.
 *
 * layerFacts.ts says what a layer keeps, in numbers; here numbers become bytes, tokens become pages, and one
 * sequence a batch. Everything is for one machine: with tensor parallelism each has its share of the heads, and at
 * least one.
 */
import { bytesOfVector, type Precision } from './precision';
import { layoutBytes, layoutOf, pagesOfGroup, type Layout, type Slot } from './pages';
import type { Keeping } from './keeping';
import type { ConfigLayers } from '../configLayer';
import { heldAt, layerFacts, layerSorts, type LayerFacts, type LayerSort } from '../layerFacts';

export interface How {
  readonly keeping: Keeping;
  /** The format of keys and values. */
  readonly cache: Precision;
  /** The format of states. */
  readonly states: Precision;
  readonly batch: number; // sequences
  /** Machines that share the heads. */
  readonly machines: number;
  /** Source tokens a decoder reads; undefined: what is assumed for its config. */
  readonly source?: number | undefined;
}

export interface LayerCost {
  readonly facts: LayerFacts;
  /** Tokens of one sequence whose keys fit; 0: it keeps none. */
  readonly tokens: number;
  /** Bytes of keys, values and index keys, for all sequences; including those of a source. */
  readonly bytes: number;
  /** Bytes of states, all sequences; undefined: not known. */
  readonly state: number | undefined;
}

export interface CacheCost {
  readonly layers: readonly LayerCost[];
  /** Bytes of keys and values, all layers and sequences; with a pool all its pages, including states and padding. */
  readonly keys: number;
  /** The part that belongs to a source, which does not grow. */
  readonly source: number;
  /** Bytes of states outside a pool, without those of unknown size. */
  readonly states: number;
  /** Bytes of pages that no layer uses: padding. */
  readonly padding: number;
  readonly total: number;
}

/** A config, prepared for computing its cache at many lengths. */
export interface Priced {
  readonly config: ConfigLayers;
  readonly how: How;
  readonly facts: readonly LayerFacts[];
  /** The same facts, a sort of layers at a time. */
  readonly sorts: readonly LayerSort[];
  /** Pages of one pool; undefined: each layer keeps its own. */
  readonly layout: Layout | undefined;
  /** Why there is no pool, although one was requested. */
  readonly refused: string | undefined;
  /** The largest number of tokens for which its cache can be computed. */
  readonly most: number;
}

export const MAX_PRICED = 2 ** 24; // tokens
/** Masks not described by a window are walked query by query. */
const MAX_WALKED = 2 ** 14;

const headsOn = ({ kvHeads, latent }: LayerFacts, machines: number): number =>
  latent ? kvHeads : Math.max(1, Math.ceil(kvHeads / machines));

/** Bytes per token in a layer, on one machine; every machine holds a whole latent. */
export function tokenBytes(facts: LayerFacts, { cache, machines }: How): number {
  if (facts.perToken === 0) return 0;
  const each = bytesOfVector(cache, facts.keyDim) + bytesOfVector(cache, facts.valueDim);
  return headsOn(facts, machines) * each;
}

/** Bytes kept for each token of the text, whatever the window. */
const textBytes = ({ perTokenOfText }: LayerFacts, { cache }: How): number =>
  bytesOfVector(cache, perTokenOfText);

/** Bytes of source keys and values, for one sequence in a layer, on one machine. */
function sourceBytesOf({ layer: { cross } }: LayerFacts, how: How): number {
  if (cross === undefined) return 0;
  const each = bytesOfVector(how.cache, cross.keyDim) + bytesOfVector(how.cache, cross.valueDim);
  return (how.source ?? 0) * Math.max(1, Math.ceil(cross.kvHeads / how.machines)) * each;
}

/** Bytes of the state of one sequence in a layer, on one machine; undefined: not known. */
function stateBytesOf({ state }: LayerFacts, { states, machines }: How): number | undefined {
  if (state === undefined) return undefined;
  return bytesOfVector(states, Math.ceil((state.convolution + state.recurrence) / machines));
}

/** Tokens of one sequence that a layer has room for, in whole pages of its own. */
function roomAt(facts: LayerFacts, T: number, { windows, step, page }: Keeping): number {
  if (facts.perToken === 0 || T === 0) return 0;
  const { window, kind } = facts;
  const kept =
    kind === 'masked'
      ? heldAt(facts, T)
      : windows === 'full' || window === undefined
        ? T
        : Math.min(T, window - 1 + step);
  return Math.ceil(kept / page) * page;
}

export function priced(config: ConfigLayers, asked: How): Priced {
  const how = { ...asked, source: asked.source ?? config.source?.tokens };
  const facts = layerFacts(config);
  const laid = how.keeping.pool ? pooled(facts, how) : undefined;
  return {
    config,
    how,
    facts,
    sorts: layerSorts(config),
    layout: typeof laid === 'object' ? laid : undefined,
    refused: typeof laid === 'string' ? laid : undefined,
    most: facts.some(({ kind }) => kind === 'masked') ? MAX_WALKED : MAX_PRICED,
  };
}

function pooled(facts: readonly LayerFacts[], how: How): Layout | string {
  if (facts.some(({ perTokenOfSource }) => perTokenOfSource > 0))
    return 'keys of a source lie in pages of their own, which is not modelled';
  if (facts.some(({ entries }) => entries !== undefined))
    return 'compressed entries next to a window have a layout of their own, which is not modelled';
  if (facts.some(({ kind }) => kind === 'masked'))
    return 'an engine knows windows and chunks, not masks of any kind';
  return layoutOf(
    facts.flatMap((one, layer): readonly Slot[] => {
      const bytes = tokenBytes(one, how) + textBytes(one, how);
      const state = stateBytesOf(one, how) ?? 0;
      const full = how.keeping.windows === 'full' || one.window === undefined;
      return [
        ...(bytes === 0
          ? []
          : full
            ? [{ layer, kind: 'full' as const, bytes }]
            : [{ layer, kind: 'window' as const, window: one.window!, bytes }]),
        ...(state === 0 ? [] : [{ layer, kind: 'state' as const, bytes: state }]),
      ];
    }),
    how.keeping,
  );
}

/** Bytes of the whole cache, as in cacheAt, without visiting every layer. */
export function totalAt({ sorts, how, layout }: Priced, T: number): number {
  if (layout !== undefined) return T === 0 ? 0 : layoutBytes(layout, T, how.keeping) * how.batch;
  return sorts.reduce((sum, { facts, count }) => {
    const { bytes, state } = ofLayer(facts, how, T);
    return sum + count * (bytes + (state ?? 0));
  }, 0);
}

/** The cache of T tokens in each sequence. An encoder keeps nothing. */
export function cacheAt(of: Priced, T: number): CacheCost {
  return of.layout === undefined ? apart(of, T) : inPool(of, of.layout, T);
}

/** The cost of one layer by itself. */
function ofLayer(facts: LayerFacts, how: How, T: number): LayerCost {
  const tokens = roomAt(facts, T, how.keeping);
  const { entries } = facts;
  const whole = entries === undefined ? 0 : Math.floor(T / entries.tokens);
  const bytes =
    tokens * tokenBytes(facts, how) +
    T * textBytes(facts, how) +
    sourceBytesOf(facts, how) +
    (entries === undefined ? 0 : whole * bytesOfVector(how.cache, entries.numbers));
  const state = stateBytesOf(facts, how);
  return {
    facts,
    tokens,
    bytes: bytes * how.batch,
    state: state === undefined ? undefined : state * how.batch,
  };
}

/** Each layer separately. */
function apart({ facts, how }: Priced, T: number): CacheCost {
  const layers = facts.map((one) => ofLayer(one, how, T));
  const keys = layers.reduce((sum, { bytes }) => sum + bytes, 0);
  const states = layers.reduce((sum, { state }) => sum + (state ?? 0), 0);
  const source = facts.reduce((sum, one) => sum + sourceBytesOf(one, how), 0) * how.batch;
  return { layers, keys, source, states, padding: 0, total: keys + states };
}

function inPool(of: Priced, layout: Layout, T: number): CacheCost {
  const { facts, how } = of;
  const bytes = facts.map(() => 0);
  const states = facts.map(() => 0);
  const tokens = facts.map(() => 0);
  if (T > 0)
    for (const group of layout.groups) {
      const pages = pagesOfGroup(group, T, how.keeping);
      for (const slot of group.slots) {
        const all = pages * layout.bytesIn(slot) * how.batch;
        if (slot.kind === 'state') states[slot.layer]! += all;
        else {
          bytes[slot.layer]! += all;
          tokens[slot.layer] = pages * group.page;
        }
      }
    }
  const layers = facts.map((one, i): LayerCost => ({
    facts: one,
    tokens: tokens[i]!,
    bytes: bytes[i]!,
    state: one.state === undefined ? undefined : states[i]!,
  }));
  const total = totalAt(of, T);
  const keys = bytes.reduce((sum, one) => sum + one, 0);
  const kept = states.reduce((sum, one) => sum + one, 0);
  return { layers, keys, source: 0, states: kept, padding: total - keys - kept, total };
}
