import { defineBug } from '../bug';
import { maskOf } from '../../attention/expression';
import { read } from '../../attention/parse';

const broken = read('causal');

export default defineBug({
  id: 'padding-read',
  order: 14,
  title: 'The same prompt, another answer in a batch',
  thread: 'https://github.com/ml-explore/mlx-lm/issues/1906',
  lint: 'L17',
  story:
    'A short prompt was padded on the left to the length of the longest in its batch. The mask of the decoder was built without the padding, and every token of the text read it.',
  subject: {
    masks: [maskOf(broken, 12)],
    expressions: [broken],
    declared: { causal: true, start: 3 },
  },
  // Padded queries read themselves, so that no row is empty.
  repaired: [read('(causal & !padding(3, 0)) | (causal & prefix(3))')],
});
