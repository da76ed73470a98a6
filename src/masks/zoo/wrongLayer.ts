import { defineBug } from '../bug';
import { read } from '../../attention/parse';
import { masksOf } from '../layers';

const [global, local] = [read('causal'), read('causal & window(4)')];
const broken = [local, global, local, global];

export default defineBug({
  id: 'wrong-layer',
  order: 6,
  title: 'Windows in neighbouring layers',
  thread: 'https://github.com/Lightning-AI/litgpt/issues/1972',
  lint: 'L10',
  story:
    'Every second layer was meant to have a window, beginning with the second. Layers were counted from another number than the model’s, so that each window went to the layer beside its own.',
  subject: {
    masks: masksOf(broken, 12),
    expressions: broken,
    declared: { causal: true, window: 4, layers: ['global', 'local', 'global', 'local'] },
  },
  repaired: [global, local, global, local],
});
