import { and, or, read, term } from '../../attention/expression';
import { check } from '../../core/check';
import type { Fields } from '../fields';
import {
  COUNTS_ITSELF,
  defineFamily,
  everyNth,
  GLOBAL,
  GLOBAL_TYPE,
  LAYERS,
  local,
  LOCAL_TYPE,
  masked,
  slidingLayers,
  TOKENS_IN_WINDOW,
  type ConfigLayer,
  type Reading,
} from '../family';

const APPROXIMATE_TYPE = 'approximate_attention';
const MASKED_TYPE = 'masked_attention';
const OWN_TYPES = [GLOBAL_TYPE, LOCAL_TYPE, APPROXIMATE_TYPE, MASKED_TYPE];

const KINDS = ['full', 'sparse', 'mix'];

/** A window and averages of chunks, as this site's own models have them. */
function approximate(fields: Fields): ConfigLayer {
  const window = fields.whole('sliding_window', TOKENS_IN_WINDOW);
  const chunk = fields.whole('chunk_size', TOKENS_IN_WINDOW);
  return masked(
    and(term('causal'), or(term('exact', window, chunk), term('summaries', window, chunk))),
  );
}

/** What this site exports: layer_types with two names of ours, and the masks of layers that no name says. */
function ownLayers(fields: Fields, layers: number): Reading {
  const types = fields.perLayer('layer_types', layers, OWN_TYPES);
  check(types, 'layer_types is missing; it should name the kind of each layer');
  const masks = fields.has('layer_masks') ? fields.words('layer_masks', layers) : [];
  return {
    layers: types.map((type, i) => {
      if (type === GLOBAL_TYPE) return GLOBAL;
      if (type === LOCAL_TYPE) return local(fields.whole('sliding_window', TOKENS_IN_WINDOW));
      if (type === APPROXIMATE_TYPE) return approximate(fields);
      const mask = masks[i];
      check(
        mask !== undefined,
        `layer_types says ${MASKED_TYPE} of layer ${i + 1}, and layer_masks has no mask for it`,
      );
      return masked(read(mask));
    }),
    convention: COUNTS_ITSELF,
    notes: [],
  };
}

/** The authors' own fields, layer_types with sliding_window under the name of zebra, and what this site exports. */
export default defineFamily({
  id: 'zebra',
  label: 'Zebra',
  order: 11,
  modelTypes: ['zebra'],
  marks: ['self_attn_type', 'layer_group_size'],
  source: 'Song et al. 2023, arXiv:2312.08618; fields of the authors’ inference code',
  read(fields, layers) {
    const ours = ['layer_masks', 'chunk_size'].some((name) => fields.has(name));
    if (!fields.has('self_attn_type') && ours) return ownLayers(fields, layers);
    if (!fields.has('self_attn_type') && fields.has('layer_types'))
      return { ...slidingLayers(fields, layers, { otherwise: 1 }), convention: COUNTS_ITSELF };
    const kind = fields.word('self_attn_type');
    check(
      kind !== undefined && KINDS.includes(kind),
      `self_attn_type is ${kind === undefined ? 'missing' : JSON.stringify(kind.slice(0, 40))}; it should be one of ${KINDS.join(', ')}`,
    );
    const every = Array.from({ length: layers });
    if (kind === 'full')
      return {
        layers: every.map(() => GLOBAL),
        convention: 'self_attn_type is full: every layer reads everything before',
        notes: [],
      };
    const before = fields.whole('window_size', TOKENS_IN_WINDOW);
    const sparse = local(before + 1);
    return {
      layers:
        kind === 'sparse'
          ? every.map(() => sparse)
          : everyNth(layers, fields.whole('layer_group_size', LAYERS), sparse, 'first'),
      convention: `window_size does not count the query: ${before} before and itself, a window of ${before + 1} here`,
      notes: [],
    };
  },
});
