import { defineBug } from '../bug';
import { maskOf } from '../../attention/expression';
import { read } from '../../attention/parse';

const broken = read('causal & window(5)');

export default defineBug({
  id: 'one-too-many',
  order: 1,
  title: 'Each query reads one key too many',
  thread: 'https://github.com/huggingface/transformers/issues/39408',
  lint: 'L5',
  story:
    'A window of 4 was meant, the token itself included. The 4 was handed to a kernel that counts the keys before the token, so each query read 5.',
  subject: {
    masks: [maskOf(broken, 12)],
    expressions: [broken],
    declared: { causal: true, window: 4 },
  },
  repaired: [read('causal & window(4)')],
});
