import { defineBug } from '../bug';
import { maskOf } from '../../attention/expression';
import { read } from '../../attention/parse';

const broken = read('causal & ~window(4)');

export default defineBug({
  id: 'window-ignored',
  order: 5,
  title: 'As slow as if there were no window',
  thread: 'https://github.com/keras-team/keras-hub/issues/2186',
  lint: 'L9',
  story:
    'A sliding window was declared in the configuration. The attention never applied it, and every query read the whole text before it.',
  subject: {
    masks: [maskOf(broken, 12)],
    expressions: [broken],
    declared: { causal: true, window: 4 },
  },
  repaired: [read('causal & window(4)')],
});
