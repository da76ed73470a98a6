/** @file What masks are meant to be: a plan, masks as written, a config, or other masks; one per layer. */
import { brief, maskOf, write } from '../attention/expression';
import { maskOfLayer, queriesOf, type LayerDoc, type MaskDoc } from '../masks/doc';
import type { Mask } from '../attention/mask';
import { check } from '../core/check';
import { formatInteger, listed } from '../core/numbers';
import type { ConfigLayers } from '../masks/configLayer';
import { layerOf } from '../masks/doc';
import { readPlan } from '../masks/planText';
import { writeStack } from '../masks/stackText';
import type { Piece } from './brought';

export interface MeantFacts {
  /** A plan in letters, or masks as written. */
  readonly text?: string;
  readonly window?: number;
  readonly chunk?: number;
}

export interface Meant {
  /** One per layer of the masks. */
  readonly layers: readonly LayerDoc[];
  /** As written, if terms say it. */
  readonly text?: string;
}

/** For masks of `doc`; `layer` says which layer a single mask is of. Throws InputError if they do not fit. */
export function meantOf(
  doc: MaskDoc,
  { text, window, ...more }: MeantFacts,
  other: Pick<Piece, 'opened' | 'config'> | undefined,
  layer: number | undefined,
): Meant | undefined {
  const layers = doc.layers.length;
  if (layer !== undefined)
    check(
      layers === 1,
      `layer ${layer} was named, and the masks have ${layers} layers; a layer is named for a single mask`,
    );
  if (text !== undefined) {
    const sizes = { window: window ?? windowOf(other?.config, text), ...more };
    const all = readPlan(text, sizes);
    const filled =
      layers === 1 ? [chosen(all, all.map(write), layer)] : readPlan(text, { ...sizes, layers });
    return { layers: filled.map(layerOf), text: writeStack(filled) };
  }
  if (!other) return undefined;
  const { config, opened } = other;
  if (config) {
    const read = readers(config, layers);
    const filled = layers === 1 ? [chosen(read, read.map(write), layer)] : read;
    check(
      filled.length === layers,
      `the config has ${config.layers.length} layers, and the masks have ${layers}`,
    );
    return { layers: filled.map(layerOf), text: writeStack(filled) };
  }
  const theirs = opened.doc;
  check(
    theirs.T === doc.T && queriesOf(theirs) === queriesOf(doc),
    `the mask is ${queriesOf(doc)} × ${doc.T} (queries × keys), and the one it should be is ${queriesOf(theirs)} × ${theirs.T}; masks of one shape can be compared`,
  );
  const signs = theirs.layers.map((one) => JSON.stringify(one));
  const all = layers === 1 ? [chosen(theirs.layers, signs, layer)] : theirs.layers;
  check(
    all.length === layers || all.length === 1,
    `there are ${layers} layers, and ${all.length} of what they should be`,
  );
  const filled = Array.from({ length: layers }, (_, i) => all[i % all.length]!);
  return {
    layers: filled,
    ...(filled.every(({ paint }) => paint.length === 0) && {
      text: writeStack(filled.map(({ expression }) => expression)),
    }),
  };
}

/** The layer of a stack that a single mask is compared with. */
function chosen<T>(all: readonly T[], signs: readonly string[], layer: number | undefined): T {
  if (layer !== undefined) {
    check(
      Number.isSafeInteger(layer) && layer >= 0 && (layer < all.length || all.length === 1),
      `layer ${layer} was named; layers are 0 to ${all.length - 1}`,
    );
    return all[layer % all.length]!;
  }
  check(
    new Set(signs).size === 1,
    `a single mask was given, and what it should be has ${all.length} layers that differ; say which one it is, as layer=0 to ${all.length - 1}`,
  );
  return all[0]!;
}

/** The masks of a config: those of all layers, or, if there are fewer masks, of the layers that read keys. */
function readers({ layers }: ConfigLayers, count: number) {
  const reading = layers.filter(({ kind }) => kind !== 'state' && kind !== 'none');
  const used = layers.length !== count && reading.length === count ? reading : layers;
  return used.map(({ expression }) => expression);
}

/** The window of a config, for letters without one. */
function windowOf(config: ConfigLayers | undefined, text: string): number | undefined {
  if (!config || /[a-z]/.test(text) || !/[SAK]/.test(text)) return undefined;
  const windows = new Set(
    config.layers.flatMap(({ kind, window }) => (kind === 'local' && window ? [window] : [])),
  );
  check(
    windows.size === 1,
    windows.size === 0
      ? 'the config has no layer with a window; give the window'
      : `the config has windows of ${listed([...windows].map(formatInteger))}; give the window`,
  );
  return [...windows][0];
}

/** In words, for one layer. */
export const sayMeant = ({ expression, paint }: LayerDoc): string =>
  paint.length > 0 || expression.kind === 'rows' ? 'the mask it should be' : brief(expression);

export const masksOfDoc = (doc: MaskDoc, layers = doc.layers): readonly Mask[] => {
  const known = new Map<LayerDoc, Mask>();
  return layers.map((layer) => {
    const queries = queriesOf(doc);
    const mask =
      known.get(layer) ??
      (layer.paint.length === 0
        ? maskOf(layer.expression, doc.T, queries)
        : maskOfLayer(layer, doc.T, queries));
    known.set(layer, mask);
    return mask;
  });
};
