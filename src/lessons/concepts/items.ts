/**
 * @file Ten questions about common misconceptions on masks, reach, cost and loss, to be asked before and after teaching.
 * If the answer is a count, its options carry the number, and test/lessons/concepts.test.ts checks the right one against
 * the counters that draw the pictures. The wording is frozen with the form: a changed question makes a different test.
 */

interface Option {
  /** Plain text. */
  readonly text: string;
  /** The count it represents, if the question asks for one. */
  readonly value?: number;
  /** The misconception behind a wrong answer, for the teacher. */
  readonly idea?: string;
}

export interface Item {
  readonly id: string;
  /** What it tests, in a few words. */
  readonly about: string;
  readonly ask: string;
  readonly options: readonly Option[];
  readonly right: number; // index
  /** Why, in a sentence: shown once the test after teaching is handed in. */
  readonly because: string;
  /** The lesson that covers it. */
  readonly lesson: string;
}

export const ITEMS: readonly Item[] = [
  {
    id: 'stacked-windows',
    about: 'Windows do not add up whole',
    ask: 'A model has four layers. In each of them a token reads a window of 6: itself and the 5 tokens before it. On how many tokens of a long text can the output at the last token depend, itself included?',
    options: [
      { text: '6', value: 6, idea: 'Only one layer counts.' },
      { text: '21', value: 21 },
      { text: '24', value: 24, idea: 'Windows are simply added.' },
      { text: '1,296', value: 1296, idea: 'Windows multiply.' },
    ],
    right: 1,
    because: 'The token itself, and 5 more for each of the four layers: 1 + 4 × 5.',
    lesson: '03-reach',
  },
  {
    id: 'window-counts-itself',
    about: 'The window counts the token itself',
    ask: 'Tokens are counted from 0. A layer has a causal window of 4. Which tokens does token 10 read?',
    options: [
      { text: '6 to 9', value: 6, idea: 'The token itself is left out.' },
      { text: '6 to 10', value: 6.5, idea: 'Four before, and itself besides.' },
      { text: '7 to 9', value: 7.5, idea: 'Itself is counted and yet not read.' },
      { text: '7 to 10', value: 7 },
    ],
    right: 3,
    because: 'Four tokens, itself included: itself and the three before it.',
    lesson: '02-four-masks',
  },
  {
    id: 'summary-leak',
    about: 'Summaries leak',
    ask: 'To save work, a language model reads each chunk of 8 tokens as one average. A token also reads the average of the chunk it stands in. What follows?',
    options: [
      {
        text: 'Nothing bad: in an average no single token can be recognised.',
        idea: 'An average hides what is in it.',
      },
      {
        text: 'Nothing bad: the mask lets no token read a later one.',
        idea: 'A causal mask is enough.',
      },
      { text: 'Tokens that come later are in that average, so the future leaks into training.' },
      { text: 'It trains more slowly, and reaches the same.', idea: 'It is a matter of speed.' },
    ],
    right: 2,
    because:
      'The average of a chunk that is not complete holds tokens after the one that reads it. The mask does not show it.',
    lesson: '07-the-approximation',
  },
  {
    id: 'cache-growth',
    about: 'A cache is not linear in length',
    ask: 'A model has four layers: one global, three with a window of 64. While it writes, the text grows from 1,024 to 2,048 tokens. How much larger does its cache of keys and values become?',
    options: [
      { text: 'It stays the same.', value: 1, idea: 'Local layers let go, so nothing grows.' },
      { text: '1.84 times', value: 1.84 },
      { text: '2 times', value: 2, idea: 'A cache grows with the text.' },
      { text: '4 times', value: 4, idea: 'A cache grows like the pairs.' },
    ],
    right: 1,
    because:
      'Only the global layer’s part doubles; each local layer holds 64 tokens before and after.',
    lesson: '09-the-cache',
  },
  {
    id: 'pairs-double',
    about: 'Pairs grow with the square',
    ask: 'A global layer reads a text of 2,048 tokens, then one of 4,096. How many times as many pairs of tokens does it compare?',
    options: [
      { text: 'As many', value: 1, idea: 'The cost lies in the weights.' },
      { text: '2 times as many', value: 2, idea: 'Twice the text, twice the work.' },
      { text: 'About 4 times as many', value: 4 },
      { text: 'About 8 times as many', value: 8, idea: 'Confuses squares with cubes.' },
    ],
    right: 2,
    because:
      'T (T + 1) / 2 pairs: twice the tokens, each with twice as many to read on the average.',
    lesson: '01-what-attention-costs',
  },
  {
    id: 'place-and-reach',
    about: 'Global first or last: reach',
    ask: 'Three of four layers have a window of 6, one is global. The text has 40 tokens. Where has the global layer to stand so that the output at the last token can depend on all 40?',
    options: [
      {
        text: 'Only first',
        value: 1,
        idea: 'Later layers need the whole text from the first one.',
      },
      { text: 'Only last', value: 4, idea: 'Only the layer before the answer counts.' },
      { text: 'In the middle, with local layers on both sides', value: 2, idea: 'A compromise.' },
      { text: 'Anywhere', value: 0 },
    ],
    right: 3,
    because:
      'One global layer at any place makes the reach everything. What it finds is another question.',
    lesson: '06-which-layer',
  },
  {
    id: 'place-and-note',
    about: 'Global first or last: what it reads',
    ask: 'The answer is the letter after an M far back, so some layer must first note “M stands before me” at that letter, and a layer that sees far must then look for the note. One of four layers is global. Where can it not find such a note?',
    options: [
      { text: 'As the first layer', value: 1 },
      { text: 'As the second layer', value: 2, idea: 'One layer below is too few.' },
      { text: 'As the third layer', value: 3, idea: 'Position is guessed.' },
      {
        text: 'As the last layer',
        value: 4,
        idea: 'The last layer has no layer above that could use it.',
      },
    ],
    right: 0,
    because: 'Below the first layer nobody has read a neighbour yet: its keys are raw tokens.',
    lesson: '06-which-layer',
  },
  {
    id: 'window-wider-than-text',
    about: 'A window as wide as the text is global',
    ask: 'A text has 64 tokens. What does a layer with a causal window of 200 read?',
    options: [
      { text: 'Exactly what a global layer reads', value: 0 },
      { text: 'Less than a global layer', value: -1, idea: 'Local always reads less.' },
      { text: 'More than a global layer', value: 1, idea: 'A larger number reads more.' },
      { text: 'Nothing: the window does not fit', value: -2, idea: 'A window has to fit.' },
    ],
    right: 0,
    because: 'No token has more than 63 before it, so the window cuts nothing off.',
    lesson: '02-four-masks',
  },
  {
    id: 'what-would-help',
    about: 'What no training can repair',
    ask: 'Four local layers together reach back 20 tokens. The model has to repeat a digit that stands 30 tokens back, and it only guesses. Which change alone could make it answer?',
    options: [
      { text: 'Ten times as many training steps', value: 1, idea: 'Training repairs everything.' },
      { text: 'Vectors twice as wide', value: 2, idea: 'A larger model sees more.' },
      { text: 'Ten times as many training texts', value: 3, idea: 'Data repairs everything.' },
      { text: 'Four more layers of the same kind', value: 4 },
    ],
    right: 3,
    because:
      'Eight such layers reach back 40. The other three change no mask, so the output still cannot depend on the digit.',
    lesson: '04-the-cliff',
  },
  {
    id: 'lower-loss',
    about: 'What a lower loss may mean',
    ask: 'On a novel, cut into pieces of 128 characters, a model with local layers only ends a short training with a loss of 1.95, one with a global layer with 2.00. What does this show?',
    options: [
      { text: 'Local layers make the better language model.', idea: 'Lower is better, full stop.' },
      {
        text: 'In these pieces, after this training, reading far did not help; it says little about longer texts.',
      },
      { text: 'A global layer does harm.', idea: 'A difference is taken for a cause.' },
      {
        text: 'The local model would find a fact 1,000 characters back as well.',
        idea: 'Loss is taken for every ability.',
      },
    ],
    right: 1,
    because:
      'Loss is an average over what was asked, and within 128 characters the near ones say almost everything. The gap may also be smaller than that between two seeds.',
    lesson: '05-one-stripe',
  },
];

/** Offered under every question, and never right: a student who does not know should not have to guess. */
export const UNKNOWN = 'I do not know';
/** Its answer index: one after the last option. */
export const unknownOf = ({ options }: Item): number => options.length;
