import { isRecord } from '../../core/place';
import { defineRule, GLOBAL, TOKENS_IN_WINDOW, type Asked } from '../family';

const RATES: Readonly<Record<string, number>> = {
  compressed_sparse_attention: 4,
  heavily_compressed_attention: 128,
};
function rateOf({ own }: Asked, type: string): number {
  const given = own.get('compress_rates');
  const rate = isRecord(given) && Object.hasOwn(given, type) ? given[type] : RATES[type];
  return typeof rate === 'number' && rate >= 1 ? Math.floor(rate) : RATES[type]!;
}

/**
 * Besides a window of tokens, a layer reads entries that represent 4 or 128 tokens each; of the entries for 4 tokens,
 * an indexer picks some.
 */
export default defineRule({
  id: 'deepseek-v4',
  label: 'DeepSeek V4',
  order: 15,
  modelTypes: ['deepseek_v4'],
  source: 'Hugging Face transformers, models/deepseek_v4',
  notes: () => [
    'beside its window a layer reads entries that represent 4 or 128 tokens each; the mask shows what they come from',
  ],
  before: (own) => {
    const ratios = own.get('compress_ratios');
    if (!Array.isArray(ratios) || own.has('layer_types')) return {};
    const name = (ratio: unknown) =>
      ratio === 0
        ? 'sliding_attention'
        : ratio === 4
          ? 'compressed_sparse_attention'
          : ratio === 128
            ? 'heavily_compressed_attention'
            : ratio;
    return { layer_types: ratios.map(name) };
  },
  reach: ({ fields }, type) =>
    Object.hasOwn(RATES, type)
      ? { ...GLOBAL, kind: 'local', window: fields.whole('sliding_window', TOKENS_IN_WINDOW) }
      : undefined,
  layer(asked, { type }) {
    if (!Object.hasOwn(RATES, type)) return {};
    const compressed = rateOf(asked, type);
    if (type === 'heavily_compressed_attention') return { compressed };
    const { fields } = asked;
    return {
      compressed,
      picks: { by: 'an indexer of compressed tokens' },
      ...(fields.has('index_head_dim') && {
        indexDim: fields.whole('index_head_dim', { min: 1, max: 8192 }),
      }),
    };
  },
});
