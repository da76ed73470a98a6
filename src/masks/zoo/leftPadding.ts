import { defineBug } from '../bug';
import { maskOf } from '../../attention/expression';
import { read } from '../../attention/parse';

const broken = read('causal & !padding(4, 0)');

export default defineBug({
  id: 'left-padding',
  order: 3,
  title: 'NaN in a padded batch',
  thread: 'https://github.com/unslothai/unsloth/pull/9848',
  lint: 'L1',
  story:
    'No token was meant to read the padding on the left. The padded queries stand before every real key, so they read nothing and softmax gave NaN for all of them.',
  subject: {
    masks: [maskOf(broken, 12)],
    expressions: [broken],
    declared: { causal: true, start: 4 },
  },
  // The padded tokens read their own chunk; no real token reads them.
  repaired: [read('causal & (!padding(4, 0) | prefix(4))')],
});
