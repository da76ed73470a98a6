import { and, or, term } from '../../attention/expression';
import { read } from '../../attention/parse';
import { check } from '../../core/check';
import type { Reach } from '../configLayer';
import {
  COUNTS_ITSELF,
  defineRule,
  everyNth,
  GLOBAL_TYPE,
  LAYERS,
  LOCAL_TYPE,
  masked,
  TOKENS_IN_WINDOW,
  type Asked,
} from '../family';

const APPROXIMATE_TYPE = 'approximate_attention';
const MASKED_TYPE = 'masked_attention';

const KINDS = ['full', 'sparse', 'mix'];

function kindOf({ own }: Asked): string {
  const kind = own.word('self_attn_type');
  check(
    kind !== undefined && KINDS.includes(kind),
    `self_attn_type is ${kind === undefined ? 'missing' : JSON.stringify(kind.slice(0, 40))}; it should be one of ${KINDS.join(', ')}`,
  );
  return kind;
}

/**
 * Whether these fields are from Hugging Face or from this site's export, which uses layer_types with two extra names.
 */
const ours = ({ own }: Asked) =>
  !own.has('self_attn_type') && ['layer_masks', 'chunk_size'].some((name) => own.has(name));
const named = (asked: Asked) =>
  ours(asked) || (!asked.own.has('self_attn_type') && asked.own.has('layer_types'));
const before = ({ own }: Asked) => own.whole('window_size', TOKENS_IN_WINDOW);

/** A window and chunk averages, as in this site's own models. */
function approximate({ own }: Asked): Reach {
  const window = own.whole('sliding_window', TOKENS_IN_WINDOW);
  const chunk = own.whole('chunk_size', TOKENS_IN_WINDOW);
  return masked(
    and(term('causal'), or(term('exact', window, chunk), term('summaries', window, chunk))),
  );
}

/** The mask of a layer that no type name describes. */
function given({ own, layers }: Asked, at: number): Reach {
  const mask = own.has('layer_masks') ? own.words('layer_masks', layers)[at] : undefined;
  check(
    mask !== undefined,
    `layer_types says ${MASKED_TYPE} of layer ${at + 1}, and layer_masks has no mask for it`,
  );
  return masked(read(mask));
}

/** Reads the authors' own fields, layer_types with sliding_window under model type zebra, and this site's export. */
export default defineRule({
  id: 'zebra',
  label: 'Zebra',
  order: 0,
  modelTypes: ['zebra'],
  marks: ['self_attn_type', 'layer_group_size'],
  alone: true,
  source: 'Song et al. 2023, arXiv:2312.08618; fields of the authors’ inference code',
  names: (asked) => (ours(asked) ? [APPROXIMATE_TYPE, MASKED_TYPE] : []),
  types(asked) {
    check(!ours(asked), 'layer_types is missing; it should name the kind of each layer');
    const kind = kindOf(asked);
    const { own, layers } = asked;
    if (kind === 'mix')
      return everyNth(
        layers,
        own.whole('layer_group_size', LAYERS),
        LOCAL_TYPE,
        GLOBAL_TYPE,
        'first',
      );
    return Array.from({ length: layers }, () => (kind === 'full' ? GLOBAL_TYPE : LOCAL_TYPE));
  },
  reach(asked, type, at) {
    if (type === APPROXIMATE_TYPE) return approximate(asked);
    return type === MASKED_TYPE ? given(asked, at) : undefined;
  },
  window: (asked) =>
    named(asked) ? undefined : kindOf(asked) === 'full' ? undefined : before(asked) + 1,
  convention(asked) {
    if (named(asked)) return COUNTS_ITSELF;
    if (kindOf(asked) === 'full')
      return 'self_attn_type is full: every layer reads everything before';
    const size = before(asked);
    return `window_size does not count the query: ${size} before and itself, a window of ${size + 1} here`;
  },
});
