import { and, not, term } from '../../attention/expression';
import { MAX_TOKENS } from '../../attention/mask';
import { defineRule, LOCAL_TYPE, TOKENS_IN_WINDOW } from '../family';

const half = (window: number) => Math.floor((window + 1) / 2);
const bounded = (tokens: number) => Math.min(tokens, MAX_TOKENS);

/** The encoder's whole window spans both sides: an odd W is centred, an even one has one more after. */
export default defineRule({
  id: 't5gemma2',
  label: 'T5Gemma 2',
  order: 24,
  modelTypes: ['t5gemma2_text', 't5gemma2_decoder'],
  source: 'Hugging Face transformers, models/t5gemma2: sliding_window_mask_function',
  reach({ own, fields }, type) {
    if (own.word('model_type') !== 't5gemma2_text' || type !== LOCAL_TYPE) return undefined;
    const window = fields.whole('sliding_window', TOKENS_IN_WINDOW);
    const after = Math.floor(window / 2);
    return {
      kind: 'local',
      window,
      expression: and(
        term('window', bounded(half(window))),
        not(term('ahead', bounded(after + 1))),
      ),
    };
  },
  convention({ own, fields }) {
    if (own.word('model_type') !== 't5gemma2_text') return undefined;
    const window = fields.whole('sliding_window', TOKENS_IN_WINDOW);
    return `sliding_window counts all keys of both sides: ${window} is ${half(window) - 1} before, itself and ${Math.floor(window / 2)} after`;
  },
  notes: ({ part }) =>
    part === 'decoder'
      ? [
          'its layers read their own tokens and the source in one softmax; this is the part of their own',
        ]
      : [],
});
