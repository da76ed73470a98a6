import { defineBug } from '../bug';
import { maskOf } from '../../attention/expression';
import { read } from '../../attention/parse';

const broken = read('causal & !window(4)');

export default defineBug({
  id: 'wrong-sign',
  order: 2,
  title: 'Far tokens are read and near ones not',
  thread: 'https://github.com/huggingface/transformers/issues/41228',
  lint: 'L5',
  story:
    'A window of 4 was meant, cut off by a diagonal. The diagonal had the wrong sign, so that near tokens were blocked and far ones read.',
  subject: {
    masks: [maskOf(broken, 12)],
    expressions: [broken],
    declared: { causal: true, window: 4 },
  },
  repaired: [read('causal & window(4)')],
});
