import { stretches } from '../packed';
import { defineCorpus } from '../source';
import mobyDick from './moby-dick';

/** A A B B C C …: built from the novel when it is loaded. */
export default defineCorpus({
  ...mobyDick,
  id: 'said-twice',
  label: 'Moby-Dick, said twice',
  order: 1.4,
  summary: 'The novel cut into passages of 96 characters, each written twice in a row.',
  packed: stretches(2 * 96, 'passage and its repetition'),
  repeat: { passage: 96, times: 2 },
  far: 'Every second passage is the one before it again, letter by letter, 96 characters back.',
});
