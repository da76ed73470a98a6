import { defineBug } from '../bug';
import { maskOf } from '../../attention/expression';
import { read } from '../../attention/parse';

const mask = read('causal & documents(4)');
const least = -3.3895313892515355e38;

export default defineBug({
  id: 'two-fills',
  order: 15,
  title: '−inf where two masks overlap',
  thread: 'https://github.com/NVIDIA-NeMo/Automodel/pull/2658',
  lint: 'L18',
  story:
    'Two masks were each filled with the least number of bfloat16 and then added. Where both block, the sum has no room in the type and is -inf.',
  subject: {
    masks: [maskOf(mask, 12)],
    expressions: [mask],
    declared: { causal: true, documents: [4] },
    fill: {
      value: least,
      dtype: 'bfloat16',
      all: [
        { value: least, cells: 70 },
        { value: -Infinity, cells: 28 },
      ],
    },
  },
  repaired: [mask],
  repairs: { fill: { value: -Infinity, dtype: 'bfloat16' } },
});
