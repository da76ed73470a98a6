import { defineBug } from '../bug';
import { read } from '../../attention/parse';
import { fromRule } from '../../attention/mask';

export default defineBug({
  id: 'top-left',
  order: 7,
  title: 'New tokens miss the newest text',
  thread: 'https://github.com/pytorch/pytorch/issues/103082',
  lint: 'L7',
  story:
    'Four new tokens were meant to read 8 tokens of a cache and one another causally. The triangle was aligned at the top left, so that the first of them read only the first key of the cache.',
  subject: {
    masks: [fromRule(4, 12, (q, k) => k <= q)],
    declared: { causal: true },
  },
  repaired: [read('causal')],
});
