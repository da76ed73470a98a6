import { checkRoom, DISTANCE } from '../distance';
import { draws, nextTokens, score } from '../examples';
import { glyphs } from '../glyphs';
import { defineTask } from '../source';

const NEEDLES = 8;
const FILLER = 16;
const QUERIES = 4;

const vocabulary = glyphs('12345678abcdefghijklmnop?');
const QUERY = vocabulary.id('?');

/** d a c 3 b … k a ? ? ? ?   each ? answers 3. */
const needle = defineTask({
  id: 'needle',
  label: 'Needle',
  order: 10,
  summary: 'One digit among letters; the four question marks at the end ask which.',
  needs:
    'One hop: any layer that sees as far as the needle can fetch it, a local stack only within its reach.',
  source: 'Zebra Lab; a passkey test (Mohtashami and Jaggi 2023) in miniature',
  vocabulary,
  chance: 1 / NEEDLES,
  distance: DISTANCE,

  maxDistance: (T) => T - QUERIES,

  answerAt: (tokens) => tokens.findIndex((token) => token < NEEDLES),

  example(random, T, distance) {
    checkRoom(needle, T, distance);
    const first = T - QUERIES; // the first '?'
    const filler = draws(random, first, FILLER).map((letter) => NEEDLES + letter);
    const value = random.below(NEEDLES);
    filler[random.below(first - distance + 1)] = value;

    const example = nextTokens([...filler, ...Array<number>(QUERIES + 1).fill(QUERY)]);
    for (let at = first; at < T; at++) score(example, at, value);
    return example;
  },
});

export default needle;
