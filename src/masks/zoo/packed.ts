import { defineBug } from '../bug';
import { maskOf } from '../../attention/expression';
import { read } from '../../attention/parse';

const broken = read('causal');

export default defineBug({
  id: 'packed',
  order: 8,
  title: 'Packed texts influence one another',
  thread: 'https://github.com/huggingface/nanoVLM/issues/204',
  lint: 'L12',
  story:
    'Three texts were packed into one sequence and meant to stay apart. The mask was only causal, and starting the positions again for each text did not part them.',
  subject: {
    masks: [maskOf(broken, 12)],
    expressions: [broken],
    declared: { causal: true, documents: [5, 9] },
  },
  repaired: [read('causal & documents(5, 9)')],
});
