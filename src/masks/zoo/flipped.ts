import { defineBug } from '../bug';
import { maskOf } from '../../attention/expression';
import { read } from '../../attention/parse';

const broken = read('!causal');

export default defineBug({
  id: 'flipped',
  order: 0,
  title: '100 % accuracy from the start',
  thread: 'https://github.com/tensorflow/text/issues/894',
  lint: 'L6',
  story:
    'A causal mask was meant, with True for what may be read. True was read as the opposite, so that every token saw its future and the accuracy was 100 %.',
  subject: { masks: [maskOf(broken, 12)], expressions: [broken], declared: { causal: true } },
  repaired: [read('causal')],
});
