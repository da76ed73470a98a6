import { defineBug } from '../bug';
import { maskOf } from '../../attention/expression';
import { read } from '../../attention/parse';

const causal = read('causal');

export default defineBug({
  id: 'weak-fill',
  order: 4,
  title: 'Blocked tokens still count',
  thread: 'https://github.com/karpathy/minGPT/issues/75',
  lint: 'L8',
  story:
    'Blocked scores were meant to count for nothing, and were set to -10,000. That is a number like others, and the network learned to get around it.',
  subject: {
    masks: [maskOf(causal, 12)],
    expressions: [causal],
    declared: { causal: true },
    fill: { value: -1e4, dtype: 'float32' },
  },
  repaired: [causal],
  repairs: { fill: { value: -Infinity, dtype: 'float32' } },
});
