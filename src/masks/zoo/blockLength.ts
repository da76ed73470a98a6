import { defineBug } from '../bug';
import { maskOf } from '../../attention/expression';
import { read } from '../../attention/parse';

const broken = read('!padding(0, 4)');

export default defineBug({
  id: 'block-length',
  order: 11,
  title: 'Right at one length, wrong at another',
  thread: 'https://github.com/meta-pytorch/attention-gym/issues/31',
  lint: 'L14',
  story:
    'One block mask was meant to serve texts of many lengths. It was made once, so that a text of 10 tokens also read the two tokens of padding up to the border of its last block.',
  subject: {
    masks: [maskOf(broken, 16)],
    expressions: [broken],
    declared: { length: 10, block: 4 },
  },
  repaired: [read('!padding(0, 6)')],
});
