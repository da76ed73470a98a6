import { defineBug } from '../bug';
import { maskOf } from '../../attention/expression';
import { read } from '../../attention/parse';

const broken = read('causal & window(5)');

export default defineBug({
  id: 'short-ring',
  order: 9,
  title: 'Decoding drifts away from the full pass',
  thread: 'https://github.com/ml-explore/mlx-lm/issues/390',
  lint: 'L11',
  story:
    'A rotating cache of 4 keys was meant to hold all that the mask reads. The mask had one key more than the cache, and it was gone when a token asked for it.',
  subject: {
    masks: [maskOf(broken, 12)],
    expressions: [broken],
    declared: { causal: true },
    caches: [{ kind: 'ring', slots: 4 }],
  },
  repaired: [read('causal & window(4)')],
});
