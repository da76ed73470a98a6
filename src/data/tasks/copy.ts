import { checkRoom, DISTANCE } from '../distance';
import { draws, nextTokens, score } from '../examples';
import { DOT, glyphs } from '../glyphs';
import { defineTask } from '../source';

const SYMBOLS = 16;

const vocabulary = glyphs(`abcdefghijklmnop${DOT}|`);
const FILLER = vocabulary.id(DOT);
const SEPARATOR = vocabulary.id('|');

/** d a c · · · | d a   where | predicts d, d predicts a, a predicts c: each T - 3 tokens back. */
const copy = defineTask({
  id: 'copy',
  label: 'Copy',
  order: 13,
  summary: 'After the bar, the letters from the beginning are repeated in order.',
  needs:
    'Exact reading at one fixed distance: a layer that sees single tokens that far back. A summary of a chunk may lose which letter stood where.',
  source: 'Jelassi et al. 2024, arXiv:2402.01032, made smaller',
  vocabulary,
  chance: 1 / SYMBOLS,
  distance: DISTANCE,

  maxDistance: (T) => T - 1,

  answerAt: (tokens, row) => row - tokens.indexOf(SEPARATOR),

  example(random, T, distance) {
    checkRoom(copy, T, distance);
    // `length` letters, filler, the bar, all but the last letter: T tokens, T - length from answer to query.
    const length = Math.min(T - distance, Math.floor(T / 2));
    const letters = draws(random, length, SYMBOLS);
    const filler = Array<number>(T - 2 * length).fill(FILLER);

    const example = nextTokens([...letters, ...filler, SEPARATOR, ...letters]);
    letters.forEach((letter, i) => score(example, T - length + i, letter));
    return example;
  },
});

export default copy;
