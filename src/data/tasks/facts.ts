import { checkRoom, DISTANCE } from '../distance';
import { distinct, draws, nextTokens, score } from '../examples';
import { glyphs } from '../glyphs';
import { defineTask } from '../source';

const NAMES = 8;
const LETTERS = 8;
/** Maximum number of questions; a short text has fewer. */
const questionsIn = (T: number) => Math.min(8, Math.floor(T / 4));
/** Tokens of text per fact, so that a short text holds few and a long one many. */
const ROOM = 6;

const vocabulary = glyphs('ABCDEFGHabcdefgh');

/**
 * d A c b f … B h e … A B A …   the letter after a name is its fact; the names at the end are questions: A predicts c,
 * B predicts h.
 */
const facts = defineTask({
  id: 'facts',
  label: 'Facts and questions',
  order: 12.5,
  summary:
    'A text of letters with a few names in it, each followed by its letter; at the end some names are asked for their letter. Only the answers count.',
  needs:
    'Two hops for several names: a layer joins each letter to the name before it, a later layer that sees far looks the name up.',
  // Letters are everywhere, so knowing which letters occur does not help: with a filler of its own, as in Recall, a
  // model learns that first and gets stuck (G S G S, width 32: not within 3,000 steps, here within 1,000).
  source:
    'Ours, in the spirit of the long instruction tuning of Song et al. 2023, arXiv:2312.08618, whose data we have not seen; many-query recall as in Arora et al. 2023, arXiv:2312.04927',
  vocabulary,
  chance: 1 / LETTERS,
  distance: DISTANCE,

  maxDistance: (T) => T - questionsIn(T) - 1, // a name precedes its letter

  answerAt: (tokens, row) => tokens.indexOf(tokens[row]!) + 1, // a name occurs once before its question

  example(random, T, distance) {
    checkRoom(facts, T, distance);
    const questions = questionsIn(T);
    const first = T - questions; // the first question
    const room = first - distance + 1; // tokens a fact may lie in
    const most = Math.max(1, Math.min(NAMES, Math.floor(room / ROOM)));
    const count = 1 + random.below(most);
    const names = distinct(random, count, NAMES);
    const asked = draws(random, questions, count);

    const stream = draws(random, first, LETTERS).map((letter) => NAMES + letter);
    // Keeps facts from touching: the i-th is shifted by one token for each of the i facts before it.
    const places = distinct(random, count, room - count)
      .sort((a, b) => a - b)
      .map((gap, i) => gap + i);
    places.forEach((place, i) => (stream[place] = names[i]!));

    const example = nextTokens([...stream, ...asked.map((i) => names[i]!), names[0]!]);
    asked.forEach((i, question) => score(example, first + question, stream[places[i]! + 1]!));
    return example;
  },
});

export default facts;
