import { defineBug } from '../bug';
import { maskOf } from '../../attention/expression';
import { read } from '../../attention/parse';

const broken = read('window(4) & !ahead(4)');

export default defineBug({
  id: 'right-side',
  order: 18,
  title: 'Speech waits for one token too many',
  thread: 'https://github.com/huggingface/transformers/pull/47010',
  lint: 'L5',
  story:
    'An encoder of streamed speech was meant to read three tokens before each and two after it. The comparison of the right side counted the query as well, and a third token was waited for.',
  subject: {
    masks: [maskOf(broken, 16)],
    expressions: [broken],
    declared: { window: 4, right: 2 },
  },
  repaired: [read('window(4) & !ahead(3)')],
});
