/** @file A layer of a config in words: what it reads, what it keeps of each token, how it rotates keys. */
import { plain } from '../core/numbers';
import { formatInteger } from '../core/units';
import type { ConfigLayer, ConfigLayers, Rope } from './configLayer';
import { factsOf, stateNumbers } from './layerFacts';

type Model = Pick<ConfigLayers, 'causal' | 'heads' | 'part'>;

const ofBoth = (layer: ConfigLayer) =>
  layer.state && layer.kind !== 'state' ? ', and a state' : '';
/** The keys that a late query reads, in words. */
export function readsOf(layer: ConfigLayer, config: Model): string {
  const window = layer.window === undefined ? '' : formatInteger(layer.window);
  switch (layer.kind) {
    case 'none':
      return 'nothing: no attention';
    case 'masked':
      return 'what its mask says';
    case 'state':
      return layer.state === 'convolution'
        ? 'the last tokens, by a convolution'
        : 'everything before, through a state';
    case 'local':
      return `${config.causal ? 'the last' : 'around it'} ${window}${ofBoth(layer)}`;
    case 'chunked':
      return `its chunk of ${window}`;
    case 'global':
      if (layer.picks)
        return `what ${layer.picks.by} picks${layer.picks.most === undefined ? '' : `, at most ${formatInteger(layer.picks.most)}`}`;
      if (config.part === 'cross') return 'all of the source';
      return (config.causal ? 'everything before' : 'everything') + ofBoth(layer);
  }
}

/** What it keeps for each token, in numbers. */
export function keepsOf(layer: ConfigLayer, config: Model): string {
  const { cross } = layer;
  if (!cross) return ofItself(layer, config);
  const widths =
    cross.keyDim === cross.valueDim
      ? `2 × ${cross.keyDim}`
      : `(${cross.keyDim} + ${cross.valueDim})`;
  const source = `${cross.kvHeads} × ${widths} of a token of the source`;
  return config.part === 'cross' ? source : `${ofItself(layer, config)}; ${source}`;
}

function ofItself(layer: ConfigLayer, config: Model): string {
  if (!config.causal || layer.kind === 'none') return 'nothing';
  if (layer.kind === 'state') return stateOf(layer, config);
  if (layer.sharedWith !== undefined)
    return `nothing: reads those of layer ${layer.sharedWith + 1}`;
  const { kvHeads, keyDim, valueDim } = layer;
  const index = layer.indexDim === undefined ? '' : `, ${layer.indexDim} to pick by`;
  if (layer.latent) return `a latent of ${keyDim} + ${valueDim}${index}`;
  const widths = keyDim === valueDim ? `2 × ${keyDim}` : `(${keyDim} + ${valueDim})`;
  const besides = layer.state === undefined ? '' : `, and ${stateOf(layer, config)}`;
  return `${kvHeads} × ${widths}${layer.keyIsValue ? ', values are keys' : ''}${index}${besides}`;
}

function stateOf(layer: ConfigLayer, config: Model): string {
  const numbers = stateNumbers(factsOf(layer, config));
  return numbers === undefined
    ? 'a state of unknown size'
    : `a state of ${formatInteger(numbers)}, whatever the length`;
}

/** How it rotates keys by position; empty if nothing is known. */
export function sayRope(rope: Rope | undefined): string {
  if (rope === undefined) return '';
  if (rope === 'none') return 'not turned';
  const share = rope.share === undefined || rope.share === 1 ? '' : `${plain(100 * rope.share)} % `;
  const base = rope.base === undefined ? '' : `base ${formatInteger(rope.base)}`;
  const { stretched } = rope;
  const by = stretched
    ? `${stretched.by}${stretched.factor === undefined ? '' : ` × ${plain(stretched.factor)}`}`
    : '';
  return [`${share}${base}`, by].filter((one) => one !== '').join(', ');
}
