import { stretches } from '../packed';
import { defineCorpus } from '../source';
import mobyDick from './moby-dick';
import saidTwice from './said-twice';

/** The control for said-twice: the same passages of the same documents, without the repetition. */
export default defineCorpus({
  ...mobyDick,
  id: 'said-once',
  label: 'Moby-Dick, said once',
  order: 1.6,
  summary: 'The same passages as in “said twice”, each written once: what the repetition changes.',
  packed: stretches(96, 'passage'),
  repeat: { ...saidTwice.repeat!, times: 1 },
});
