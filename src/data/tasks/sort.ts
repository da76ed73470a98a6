import { checkRoom, DISTANCE } from '../distance';
import { draws, nextTokens, score } from '../examples';
import { DOT, glyphs } from '../glyphs';
import { defineTask } from '../source';

const DIGITS = 10;
const MOST = 10; // digits to sort
const FEWEST = 2;

const vocabulary = glyphs(`0123456789${DOT}>`);
const FILLER = vocabulary.id(DOT);
const ARROW = vocabulary.id('>');

/** 3 1 1 · · · > 1 1   where > predicts 1, 1 predicts 1, 1 predicts 3. As many digits as fit. */
const sort = defineTask({
  id: 'sort',
  label: 'Sort',
  order: 14,
  summary: 'After the arrow, the digits from the beginning are repeated, smallest first.',
  needs:
    'Counts, not places: how many there are of each digit survives averaging, so summaries of chunks may be enough where copying is beyond them.',
  source: 'Zebra Lab, after the demo of minGPT (Karpathy)',
  vocabulary,
  distance: DISTANCE, // from the arrow back to the last unsorted digit, the nearest

  maxDistance: (T) => T - 2 * FEWEST + 1,

  example(random, T, distance) {
    checkRoom(sort, T, distance);
    const length = Math.min(MOST, Math.floor((T - distance + 1) / 2));
    const digits = draws(random, length, DIGITS);
    const sorted = digits.toSorted((a, b) => a - b);
    const filler = Array<number>(T - 2 * length).fill(FILLER);

    const example = nextTokens([...digits, ...filler, ARROW, ...sorted]);
    sorted.forEach((digit, i) => score(example, T - length + i, digit));
    return example;
  },
});

export default sort;
