import { bothSides, defineRule, LOCAL_TYPE, TOKENS_IN_WINDOW, type Asked } from '../family';

/** `true`, or 'all' in Gemma 4. 'vision' leaves text causal; ../imageBlocks says which keys it opens. */
const twoSided = ({ fields }: Asked): boolean => {
  const said = fields.get('use_bidirectional_attention');
  return (
    said === 'all' ||
    (typeof said !== 'string' && fields.flag('use_bidirectional_attention', false))
  );
};
const side = ({ fields }: Asked) =>
  Math.floor(fields.whole('sliding_window', TOKENS_IN_WINDOW) / 2);

/** EmbeddingGemma and others use these decoders as encoders: the window is halved, in both directions. */
export default defineRule({
  id: 'gemma3',
  label: 'Gemma 3',
  order: 3,
  modelTypes: ['gemma3_text'],
  source: 'Gemma 3 report, arXiv:2503.19786; Hugging Face transformers, models/gemma3',
  causal: (asked) => !twoSided(asked),
  reach: (asked, type) =>
    twoSided(asked) && type === LOCAL_TYPE ? bothSides(side(asked)) : undefined,
  convention(asked) {
    if (!twoSided(asked)) return undefined;
    const half = side(asked);
    return `use_bidirectional_attention: sliding_window ${String(asked.fields.get('sliding_window'))} is halved, ${half} before, itself and ${half} after, ${2 * half + 1} keys`;
  },
});
