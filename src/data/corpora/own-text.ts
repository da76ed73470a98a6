import { vocabulary } from '../characters';
import { paragraphsOrLines } from '../packed';
import { defineCorpus } from '../source';

export default defineCorpus({
  id: 'own-text',
  label: 'Your own text',
  order: 2,
  summary:
    'A text of yours, in any language and script. It stays on this machine: nothing is sent anywhere.',
  vocabulary,
  packed: paragraphsOrLines,
  licence: 'As the person who opened it says.',
  origin: 'A file opened on this machine',
});
