/** @file A text too short for a context: the refusal is correct, and following its advice is enough. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lettersOf, surveyOf } from '../../src/data/alphabet';
import { checkContext, documentsOf } from '../../src/data/corpus';
import { corpusOfText } from '../../src/data/ownText';
import { noRoom } from '../../src/data/room';
import { checkRun } from '../../src/spec/check';
import { DEFAULTS } from '../../src/spec/controls';

/** Words of a script, of various lengths; é of two code points becomes one when read. */
const SCRIPTS = {
  english: ['All', 'the', 'world', 'is', 'a', 'stage', 'incomprehensibilities', '\n'],
  russian: ['Мама', 'мыла', 'раму', 'достопримечательность', 'и', '\n\n'],
  chinese: ['你好斑马读它前面的一切', '每个词都向后看。', '窗口很窄，文章很长。'.repeat(4)],
  accents: ['e\u0301te\u0301', 'de\u0301ja\u0300', 'vu', 'garc\u0327on'],
  emoji: ['🦓', '🦓🦓🦓🦓', 'zebra', '👩\u200d🚀', '🌍🌍🌍🌍🌍🌍🌍🌍🌍🌍'],
} as const;

const script = fc.constantFrom(...Object.values(SCRIPTS));
/** Text of at least `length` code points in words of one script, some of them ends of documents. */
const written = (words: readonly string[], length: number, seeds: readonly number[], feeds = 0) => {
  const signs: string[] = [];
  for (let i = 1; signs.length < length; i++) {
    const seed = seeds[i % seeds.length]! + i;
    signs.push(...words[seed % words.length]!, feeds > 0 && i % feeds === 0 ? '\f' : ' ');
  }
  return signs.slice(0, length).join('');
};

const cases = fc.record({
  words: script,
  length: fc.integer({ min: 500, max: 5000 }),
  seeds: fc.array(fc.nat(1000), { minLength: 1, maxLength: 40 }),
  feeds: fc.constantFrom(0, 0, 40, 300),
  T: fc.integer({ min: 1, max: 64 }).map((eighths) => 8 * eighths),
  bytes: fc.boolean(),
});

/** As a page reads it: in its own characters, or byte by byte. Undefined if it is too short to be read at all. */
function read(text: string, bytes: boolean) {
  const letters = lettersOf(bytes ? 'bytes' : surveyOf(text).alphabet);
  try {
    return { corpus: corpusOfText(text, letters), letters };
  } catch {
    return undefined;
  }
}

const refusal = (text: string, bytes: boolean, T: number) => {
  const found = read(text, bytes);
  return found && noRoom(found.corpus, text, found.letters, T);
};

const numberAfter = (words: RegExp, why: string) => {
  const found = words.exec(why)?.[1];
  return found === undefined ? undefined : Number(found.replaceAll(',', ''));
};

describe('a text too short for a context', () => {
  test('is refused exactly if its feed would refuse it', () =>
    fc.assert(
      fc.property(cases, ({ words, length, seeds, feeds, T, bytes }) => {
        const text = written(words, length, seeds, feeds);
        const found = read(text, bytes);
        fc.pre(found !== undefined);
        const refused = noRoom(found!.corpus, text, found!.letters, T) !== undefined;
        if (refused) expect(() => checkContext(found!.corpus, T)).toThrow();
        else checkContext(found!.corpus, T);
      }),
    ));

  test('is accepted with the suggested context, and with no longer one', () => {
    let advised = 0;
    fc.assert(
      fc.property(cases, ({ words, length, seeds, feeds, T, bytes }) => {
        const text = written(words, length, seeds, feeds);
        const told = refusal(text, bytes, T);
        if (told?.context === undefined) return;
        advised++;
        expect(told.why).toContain(`take a context of ${told.context} or less`);
        checkRun({ ...DEFAULTS, context: told.context });
        expect(refusal(text, bytes, told.context)).toBeUndefined();
        expect(refusal(text, bytes, told.context + 8)).toBeDefined();
      }),
      { numRuns: 200 },
    );
    expect(advised).toBeGreaterThan(10);
  });

  test('is accepted with as many more characters as suggested', () => {
    let advised = 0;
    fc.assert(
      fc.property(cases, fc.nat(300), ({ words, length, seeds, feeds, T, bytes }, over) => {
        const text = written(words, length, seeds, feeds);
        const more = numberAfter(/add ([\d,]+) characters/, refusal(text, bytes, T)?.why ?? '');
        if (more === undefined) return;
        advised++;
        // Characters that are read as one each, with words of the greatest length.
        const one = [...words.join('')].find((sign) => /[\p{L}\p{So}]/u.test(sign))!;
        expect(refusal(text + one.repeat(more + over), bytes, T)).toBeUndefined();
        const spaced = Array.from({ length: more + over }, (_, i) => (i % 59 === 7 ? ' ' : one));
        expect(refusal(`${text}${spaced.join('')}${one}`, bytes, T)).toBeUndefined();
      }),
      { numRuns: 200 },
    );
    expect(advised).toBeGreaterThan(10);
  });

  test('gets a message that says how much of it is read and held out', () =>
    fc.assert(
      fc.property(cases, ({ words, length, seeds, T, bytes }) => {
        const text = written(words, length, seeds);
        const why = refusal(text, bytes, T)?.why;
        if (why === undefined) return;
        const { corpus } = read(text, bytes)!;
        const [held] = documentsOf(corpus, 'validation');
        expect(numberAfter(/of the ([\d,]+)/, why)).toBe(corpus.ids.length);
        expect(numberAfter(/your text, ([\d,]+) are held out/, why)).toBe(held!.end - held!.start);
        expect(numberAfter(/which needs ([\d,]+)/, why)).toBe(T + 1);
      }),
    ));

  test('made of many short documents gets the length of the longest, and no suggestion that would not work', () => {
    const text = 'Only a short document, and another one. '.concat('\f').repeat(80);
    const why = refusal(text, false, 64)!.why;
    expect(why).toMatch(/^the longest held-out document of your text has \d+ characters/);
    expect(why).not.toContain('add');
    expect(refusal(text, false, refusal(text, false, 64)!.context!)).toBeUndefined();
  });
});
