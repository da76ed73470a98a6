import { checkRoom, DISTANCE } from '../distance';
import { draws, nextTokens, score } from '../examples';
import { glyphs } from '../glyphs';
import { defineTask } from '../source';

const VALUES = 16;
const QUERIES = 4;

const vocabulary = glyphs('abcdefghijklmnopM?');
const MARKER = vocabulary.id('M');
const QUERY = vocabulary.id('?');

/** d a M c b … k a ? ? ? ?   each ? predicts c, which only its position distinguishes from the other letters. */
const marker = defineTask({
  id: 'marker',
  label: 'Marker',
  order: 11,
  summary: 'One letter follows the marker M; the four question marks at the end ask which.',
  needs:
    'Two hops: one layer tells each letter what stands before it, a later layer that sees far fetches the letter after M. So a global layer has to come after another layer.',
  source: 'Zebra Lab; an induction head (Olsson et al. 2022) asked once',
  vocabulary,
  chance: 1 / VALUES,
  distance: DISTANCE,

  maxDistance: (T) => T - QUERIES - 1, // M precedes the value

  answerAt: (tokens) => tokens.indexOf(MARKER) + 1,

  example(random, T, distance) {
    checkRoom(marker, T, distance);
    const first = T - QUERIES; // the first '?'
    const stream = draws(random, first, VALUES);
    const at = 1 + random.below(first - distance); // of the value
    const value = stream[at]!;
    stream[at - 1] = MARKER;

    const example = nextTokens([...stream, ...Array<number>(QUERIES + 1).fill(QUERY)]);
    for (let query = first; query < T; query++) score(example, query, value);
    return example;
  },
});

export default marker;
