/** @file Words that are put beside an author's text, in English; render.mjs translates them. */

export const CLAIMS = {
  proved: { word: 'proved', says: 'it follows from who may read whom, and this page counts it' },
  measured: { word: 'measured' },
  source: { word: 'source' },
  ours: { word: 'our reconstruction', title: 'The paper’s own formula was not available to us' },
};

/** An author names the command that gives a number; readers have no command line, and get these words instead. */
export const COMMANDS = {
  record: 'recorded for this site',
  measure: 'trained live on this site',
  models: 'when the models of this site were trained',
  bench: 'timed with the code of this site',
  'bench:cache': 'timed with the code of this site',
  'test:interop': 'compared by the tests of this site',
  'test:interop:models': 'compared by the tests of this site',
};

/** What a screen reader calls what it can scroll. */
export const TABLE = 'Table';
export const CODE = 'Code';

export const WHERE = 'Where this comes from: {0}';
