import { defineBug } from '../bug';
import { maskOf } from '../../attention/expression';
import { read } from '../../attention/parse';

const given = read('causal & documents(5)');

export default defineBug({
  id: 'overruled',
  order: 16,
  title: 'Two documents mix despite their mask',
  thread: 'https://github.com/pytorch/pytorch/pull/187413',
  lint: 'L19',
  story:
    'A mask that keeps two documents apart was given to the attention, and is_causal was left on. The triangle was taken, and the mask never looked at.',
  subject: {
    masks: [maskOf(given, 12)],
    expressions: [given],
    declared: { causal: true, documents: [5] },
    isCausal: true,
  },
  repaired: [given],
  repairs: { isCausal: false },
});
