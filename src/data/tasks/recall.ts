import { checkRoom, DISTANCE } from '../distance';
import { distinct, draws, nextTokens, score } from '../examples';
import { DOT, glyphs } from '../glyphs';
import { defineTask } from '../source';

const KEYS = 16;
const VALUES = 16;
const MAX_PAIRS = 6;
const MIN_PAIRS = 2;

const vocabulary = glyphs(`ABCDEFGHIJKLMNOPabcdefghijklmnop${DOT}`);
const FILLER = vocabulary.id(DOT);

/** A c F b · · · · F A   F predicts b, A predicts c. As many pairs as fit, as many queries. */
const recall = defineTask({
  id: 'recall',
  label: 'Recall',
  order: 12,
  summary:
    'Capital letters are keys, small ones their values; at the end keys ask for their values.',
  needs:
    'Two hops, for many keys at once: a layer joins each value to the key before it, a later layer that sees far looks the key up. Averaged keys may blur it.',
  source:
    'Multi-query associative recall, Arora et al. 2023 (Zoology), arXiv:2312.04927, made smaller',
  vocabulary,
  chance: 1 / VALUES,
  distance: DISTANCE,

  maxDistance: (T) => T - 3 * MIN_PAIRS + 1, // the pair precedes every query

  answerAt: (tokens, row) => tokens.indexOf(tokens[row]!) + 1, // the pair stands before every query

  example(random, T, distance) {
    checkRoom(recall, T, distance);
    const pairs = Math.min(MAX_PAIRS, Math.floor((T - distance + 1) / 3));
    const keys = distinct(random, pairs, KEYS);
    const values = draws(random, pairs, VALUES).map((value) => KEYS + value);
    const asked = draws(random, pairs, pairs);

    const first = T - pairs; // the first query
    const example = nextTokens([
      ...keys.flatMap((key, i) => [key, values[i]!]),
      ...Array<number>(first - 2 * pairs).fill(FILLER),
      ...asked.map((i) => keys[i]!),
      FILLER,
    ]);
    asked.forEach((i, query) => score(example, first + query, values[i]!));
    return example;
  },
});

export default recall;
