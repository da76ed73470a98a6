import { lints } from '../../masks/lint';
import { zoo } from '../../masks/zoo';
import { defineAsk } from '../ask';

/** Every lint, and the bugs of the zoo with the lint that catches each. */
export default defineAsk({
  id: 'lints',
  answer: () => ({
    answer: {
      lints: lints.all.map(({ id, label, summary, thread }) => ({ id, label, summary, thread })),
      bugs: zoo.all.map(({ id, title, lint }) => ({ id, title, lint })),
    },
  }),
});
