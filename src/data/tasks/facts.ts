import { encode, vocabulary } from '../characters';
import { checkRoom, DISTANCE } from '../distance';
import { distinct, draws, nextTokens, score } from '../examples';
import { defineTask } from '../source';

const NAMES = [...'abcdefgh'];
const DIGITS = 10;
const MOST_FACTS = 8;
const FEWEST_FACTS = 1;
const CLOSING = '?';
const FILLER = 'Nothing more is known. ';

/** A fact is a name, its value and a space; so is a question with its answer. */
const SIZE = 3;

const idsOf = (text: string) => [...encode(text)];

/** "a7 K3 … Nothing more is known. … ?K3 a7 …": only the digits after names that were asked count. */
const facts = defineTask({
  id: 'facts',
  label: 'Facts and questions',
  order: 12.5,
  summary:
    'A long list of facts, then questions about them, in the letters of the texts; only answers count. For tuning a model that can read.',
  needs:
    'Two hops, as recall: a layer joins each value to its name, a later layer that sees far looks the name up.',
  source:
    'Ours, in the manner of the long instruction tuning of Song et al. 2023, arXiv:2312.08618, whose data we have not seen; multi-query recall as in Arora et al. 2023, arXiv:2312.04927',
  vocabulary,
  chance: 1 / DIGITS,
  distance: DISTANCE,

  maxDistance: (T) => T - CLOSING.length - 2 * SIZE * FEWEST_FACTS,

  answerAt(tokens, row) {
    let at = 0;
    while (tokens[at] !== tokens[row]) at += SIZE;
    return at + 1;
  },

  example(random, T, distance) {
    checkRoom(facts, T, distance);
    const room = T - CLOSING.length - distance;
    const count = Math.min(MOST_FACTS, Math.floor(room / (2 * SIZE)));
    const names = distinct(random, count, NAMES.length);
    const values = draws(random, count, DIGITS);
    const asked = distinct(random, count, count);
    const fact = (i: number) => `${NAMES[names[i]!]}${values[i]} `;

    const read = names.map((_, i) => fact(i)).join('');
    const questions = CLOSING + asked.map(fact).join('');
    const between = T - read.length - questions.length;
    const filler = FILLER.repeat(Math.ceil(between / FILLER.length)).slice(0, between);
    const ids = idsOf(`${read}${filler}${questions}`);
    const example = nextTokens([...ids, ids.at(-1)!]);
    const first = T - SIZE * count;
    asked.forEach((i, question) => score(example, first + SIZE * question, ids[SIZE * i + 1]!));
    return example;
  },
});

export default facts;
