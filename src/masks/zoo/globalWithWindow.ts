import { defineBug } from '../bug';
import { read } from '../../attention/parse';
import { masksOf } from '../layers';

const [global, local] = [read('causal'), read('causal & window(4)')];
const broken = [local, local, local, local];

export default defineBug({
  id: 'global-with-window',
  order: 17,
  title: 'Facts far back are never found',
  thread: 'https://github.com/vllm-project/vllm/issues/49795',
  lint: 'L10',
  story:
    'Every layer was meant to read the whole text. The config also gave a window that none of them has, and the engine put it into all of them: what lies farther back than the windows together was never seen.',
  subject: {
    masks: masksOf(broken, 16),
    expressions: broken,
    declared: {
      causal: true,
      window: 4,
      layers: ['global', 'global', 'global', 'global'],
    },
  },
  repaired: [global, global, global, global],
});
