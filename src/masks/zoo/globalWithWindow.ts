import { defineBug } from '../bug';
import { read } from '../../attention/expression';
import { masksOf } from '../layers';

const [global, local] = [read('causal'), read('causal & window(4)')];
const broken = [local, local, local, local];

export default defineBug({
  id: 'global-with-window',
  order: 17,
  title: 'No layer looks far',
  thread: 'https://github.com/vllm-project/vllm/issues/51756',
  lint: 'L10',
  story:
    'Every fourth layer was meant to read the whole text. The window of the others was passed to all of them, and what lies farther back than their windows together was never seen.',
  subject: {
    masks: masksOf(broken, 16),
    expressions: broken,
    declared: { causal: true, layers: ['local', 'local', 'local', 'global'] },
  },
  repaired: [local, local, local, global],
});
