/**
 * @file What a lesson's guide says about one wrong answer: the sentence among its common mistakes that mentions the
 * answer, otherwise its expectations for the exercise. The guide is our own HTML, made at build time.
 */
import { readNumber } from '../../../core/numbers';
import { plainOf } from '../plain';

export interface Note {
  readonly from: 'mistakes' | 'expected';
  /** Inline HTML of the guide. */
  readonly html: string;
}

interface Mistake {
  readonly html: string;
  /** The initial words in italics: which participants give the answer, or the answer itself. */
  readonly head: string;
  readonly numbers: readonly number[];
  readonly ranges: readonly (readonly [number, number])[];
  readonly words: ReadonlySet<string>;
}

export interface Notes {
  readonly mistakes: readonly Mistake[];
  readonly expected: ReadonlyMap<string, string>; // inline HTML by exercise
}

/** Headings of guides, as their message files have them. */
const MISTAKES = 'Common mistakes';
const EXPECTED = 'Expected answers';
const MIN_SHARED_WORDS = 2; // shared by an answer and a mistake
const COMMON = new Set(
  'about above after again also because before both does each every from have into itself just layer layers more only other over same some than that their them then there these they this token tokens very what when where which with would'.split(
    ' ',
  ),
);

export function notesOf(guide: string): Notes {
  const mistakes = itemsUnder(guide, MISTAKES).map((html): Mistake => {
    const heads = /^\s*(?:<p>)?\s*(?:<em>[\s\S]*?<\/em>)/.exec(html)?.[0] ?? html;
    const head = plainOf(heads);
    return {
      html,
      head,
      numbers: numbersIn(head),
      ranges: [...head.matchAll(/(\d+(?:[.,]\d+)?) (?:to|bis|–) (\d+(?:[.,]\d+)?)/g)].map(
        ([, from, to]) => [readNumber(from!) ?? NaN, readNumber(to!) ?? NaN] as const,
      ),
      words: wordsIn(head),
    };
  });
  const expected = new Map(
    itemsUnder(guide, EXPECTED).flatMap((html) => {
      const id = /^\s*(?:<p>)?\s*<(strong|code)>([a-z0-9-]+)<\/\1>/.exec(html)?.[2];
      return id === undefined ? [] : [[id, html] as const];
    }),
  );
  return { mistakes, expected };
}

/** The best note; undefined if the guide does not mention the exercise either. */
export function noteFor(notes: Notes, exercise: string, answer: string): Note | undefined {
  const html = mistakeFor(notes.mistakes, answer)?.html;
  if (html !== undefined) return { from: 'mistakes', html };
  const expected = notes.expected.get(exercise);
  return expected === undefined ? undefined : { from: 'expected', html: expected };
}

function mistakeFor(mistakes: readonly Mistake[], answer: string): Mistake | undefined {
  // '24', '1,296', '49 %': a numeric answer matches a mistake with that number.
  if (/^[\d.,\s]+%?$/.test(answer)) {
    const [value] = numbersIn(answer);
    if (value === undefined) return undefined;
    return (
      mistakes.find(({ numbers, ranges }) => numbers.includes(value) && ranges.length === 0) ??
      mistakes.find(({ ranges }) => ranges.some(([from, to]) => value >= from && value <= to))
    );
  }
  const words = wordsIn(answer);
  const shared = (mistake: Mistake) => [...words].filter((word) => mistake.words.has(word)).length;
  const [best] = mistakes
    .map((mistake) => ({ mistake, count: shared(mistake) }))
    .filter(({ count }) => count >= Math.min(MIN_SHARED_WORDS, Math.max(1, words.size)))
    .sort((a, b) => b.count - a.count);
  return best && best.count >= MIN_SHARED_WORDS ? best.mistake : undefined;
}

/** Inline HTML of the items of lists under a heading. */
function itemsUnder(html: string, heading: string): readonly string[] {
  const parts = html.split(/(?=<h[1-6][\s>])/);
  const part = parts.find((one) =>
    (/^<h[1-6][^>]*>([\s\S]*?)<\/h/.exec(one)?.[1] ?? '')
      .toLowerCase()
      .includes(heading.toLowerCase()),
  );
  if (part === undefined) return [];
  return [...part.matchAll(/<li>([\s\S]*?)<\/li>/g)].map(([, item]) =>
    item!.replaceAll(/<\/?p>/g, '').trim(),
  );
}

const numbersIn = (text: string): readonly number[] =>
  [...text.matchAll(/\d(?:[\d.,\u00A0]*\d)?/g)].flatMap(([number]) => readNumber(number) ?? []);

const wordsIn = (text: string): ReadonlySet<string> =>
  new Set(
    [...text.toLowerCase().matchAll(/\p{L}{4,}/gu)]
      .map(([word]) => word)
      .filter((word) => !COMMON.has(word)),
  );
