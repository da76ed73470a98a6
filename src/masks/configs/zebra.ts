import { check } from '../../core/check';
import {
  COUNTS_ITSELF,
  defineRule,
  everyNth,
  GLOBAL_TYPE,
  LAYERS,
  LOCAL_TYPE,
  TOKENS_IN_WINDOW,
  type Asked,
} from '../family';

const KINDS = ['full', 'sparse', 'mix'];

function kindOf({ own }: Asked): string {
  const kind = own.word('self_attn_type');
  check(
    kind !== undefined && KINDS.includes(kind),
    `self_attn_type is ${kind === undefined ? 'missing' : JSON.stringify(kind.slice(0, 40))}; it should be one of ${KINDS.join(', ')}`,
  );
  return kind;
}

/** Are they the fields of Hugging Face? */
const named = ({ own }: Asked) => !own.has('self_attn_type') && own.has('layer_types');
const before = ({ own }: Asked) => own.whole('window_size', TOKENS_IN_WINDOW);

/** The authors' own fields, and layer_types with sliding_window under the name of zebra. */
export default defineRule({
  id: 'zebra',
  label: 'Zebra',
  order: 0,
  modelTypes: ['zebra'],
  marks: ['self_attn_type', 'layer_group_size'],
  alone: true,
  source: 'Song et al. 2023, arXiv:2312.08618; fields of the authors’ inference code',
  types(asked) {
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
