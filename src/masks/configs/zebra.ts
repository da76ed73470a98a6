import { check } from '../../core/check';
import {
  COUNTS_ITSELF,
  defineFamily,
  everyNth,
  GLOBAL,
  LAYERS,
  local,
  slidingLayers,
  TOKENS_IN_WINDOW,
} from '../family';

const KINDS = ['full', 'sparse', 'mix'];

/** The authors' own fields, and layer_types with sliding_window under the name of zebra. */
export default defineFamily({
  id: 'zebra',
  label: 'Zebra',
  order: 11,
  modelTypes: ['zebra'],
  marks: ['self_attn_type', 'layer_group_size'],
  source: 'Song et al. 2023, arXiv:2312.08618; fields of the authors’ inference code',
  read(fields, layers) {
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
