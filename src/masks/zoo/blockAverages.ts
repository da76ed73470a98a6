import { defineBug } from '../bug';
import { read } from '../../attention/parse';
import { masksOf } from '../layers';

const approximate = read('causal & (exact(4, 4) | summaries(4, 4))');

export default defineBug({
  id: 'block-averages',
  order: 10,
  title: 'Loss too good, although the mask looks right',
  thread: 'https://github.com/karpathy/nanochat/issues/844',
  lint: 'L4',
  story:
    'Averages of blocks were meant to stand for the past. The block of the query itself was averaged too, its future included, and no mask shows it. It shows only when a token is changed and some earlier output moves.',
  subject: {
    masks: masksOf([approximate], 12),
    expressions: [approximate],
    declared: { causal: true },
    probe: { changed: 7, moved: [4, 12] },
  },
  repaired: [approximate],
  repairs: { probe: { changed: 7, moved: [7, 12] } },
});
