import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { allMessages } from '../../scripts/messages/all';
import { keyIn, readCatalog, writeCatalog } from '../../scripts/messages/catalog';
import { faultsOf } from '../../scripts/messages/faults';
import { fileOf, SITE } from '../../scripts/messages/files';
import { lengthened, pretended } from '../../scripts/messages/madeUp';
import { likeness, partsOf, updated } from '../../scripts/messages/update';
import { LANGUAGES } from '../../src/core/languages';

const folder = mkdtempSync(join(tmpdir(), 'messages-'));
afterAll(() => rmSync(folder, { recursive: true }));
const entry = (message: string) => ({ message, files: ['src/a.ts'], notes: ['{0}: n'] });

describe('a message file', () => {
  test('gives back what was written, whatever the texts', () => {
    const path = join(folder, 'a.po');
    const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((one) => /\S/.test(one) && !/\p{Cc}/u.test(one)); // prettier-ignore
    fc.assert(
      fc.property(fc.dictionary(text, text, { minKeys: 1, maxKeys: 8 }), (words) => {
        const catalog = new Map(Object.entries(words).map(([from, to]) => [from, { text: to }]));
        writeCatalog(path, 'de', [...catalog.keys()].map(entry), catalog);
        const read = readCatalog(path);
        for (const [from, { text: to }] of catalog) expect(read.get(from)?.text).toBe(to);
        const once = readFileSync(path, 'utf8');
        writeCatalog(path, 'de', [...catalog.keys()].map(entry), read);
        expect(readFileSync(path, 'utf8')).toBe(once);
      }),
      { numRuns: 60 },
    );
  });

  test('keeps a translation for one file apart from the others', () => {
    const path = join(folder, 'b.po');
    const own = keyIn('Train', 'src/a.ts');
    writeCatalog(path, 'de', [entry('Train')], new Map([['Train', { text: 'Zug' }], [own, { text: 'Trainieren' }]])); // prettier-ignore
    expect(readCatalog(path).get('Train')?.text).toBe('Zug');
    expect(readCatalog(path).get(own)?.text).toBe('Trainieren');
  });

  test('is empty if it does not exist', () =>
    expect(readCatalog(join(folder, 'none.po')).size).toBe(0));
});

describe('when messages change', () => {
  const before = new Map([
    ['The run reached step {0} of {1}.', { text: 'Der Lauf ist bei Schritt {0} von {1}.' }],
    ['Close', { text: 'Schließen' }],
  ]);

  test('the translation of one that was reworded is kept, with what it was made from', () => {
    const after = updated([entry('The run has reached step {0} of {1}.'), entry('Close')], before);
    expect(after.get('The run has reached step {0} of {1}.')).toEqual({
      text: 'Der Lauf ist bei Schritt {0} von {1}.',
      changedFrom: 'The run reached step {0} of {1}.',
    });
    expect(after.get('Close')).toEqual({ text: 'Schließen' });
    const path = join(folder, 'c.po');
    writeCatalog(path, 'de', [entry('The run has reached step {0} of {1}.')], after);
    expect(readCatalog(path).get('The run has reached step {0} of {1}.')?.changedFrom).toBe(
      'The run reached step {0} of {1}.',
    );
  });

  test('a new one has no translation, and one that is gone is left out', () => {
    const after = updated([entry('Open a file')], before);
    expect(after.size).toBe(0);
  });

  test('likeness is 1 for the same words and 0 for others', () => {
    expect(likeness('one two three', 'Two, three, one!')).toBe(1);
    expect(likeness('one two three', 'four five six')).toBe(0);
    expect(likeness('not {0}', 'not {0}')).toBe(0);
  });
});

describe('the checker', () => {
  test.each([
    ['a lost value', '{0} of {1} tokens', '{0} Tokens', 'lacks the placeholder {1}'],
    ['a value that is not there', '{0} tokens', '{0} von {1} Tokens', 'has the placeholder {1}'],
    ['a lost element', 'Press <0>Train</0>.', 'Trainieren drücken.', 'lacks the placeholder <0>'],
    ['an element that is not closed', '<0>Train</0>', '<0>Trainieren', 'does not close <0>'],
    ['half a choice', '{0:is|are} here', '{0:ist} hier', 'two texts'],
    ['another link', '[here](set:window=4)', '[hier](set:window=6)', 'lacks the link set:window=4'],
    ['another formula', '$W = 6$ tokens', '$W = 7$ Tokens', 'lacks the formula $W = 6$'],
    ['other code', 'see `tril`', 'siehe `triu`', 'lacks the code `tril`'],
    ['another number', 'all 48 tokens', 'alle 84 Tokens', 'lacks the number 48'],
    ['a lost note', 'so it is {measured: 12.5 %}', 'so ist es {gemessen: 12,5 %}', '{measured:'],
    ['a lost space', ' and one more', 'und eins mehr', 'begins or ends with a space'],
    ['lost bold words', 'a **window** of 6', 'ein Fenster von 6', 'bold'],
  ])('sees %s', (_, message, translation, fault) =>
    expect(faultsOf(message, translation).join('; ')).toContain(fault),
  );

  test.each([
    ['1,092 of 4,096 tokens, 12.5 %', '1.092 von 4.096 Tokens, 12,5 %'],
    ['{0} {1:is|are} read', 'gelesen {1:wird|werden} {0}'],
    ['16,384 tokens', '16 384 tokens'],
  ])('accepts %s as %s', (message, translation) =>
    expect(faultsOf(message, translation)).toEqual([]),
  );

  test('accepts every message of the site and the lessons in a made-up language', () => {
    for (const [part, entries] of allMessages(process.cwd())) {
      const say = part === SITE ? pretended : lengthened;
      for (const { message } of entries) expect(faultsOf(message, say(message))).toEqual([]);
    }
  });
});

describe.each(LANGUAGES)('$name', (language) => {
  const parts = partsOf(language, allMessages(process.cwd()));

  test.each([...parts.keys()])('%s is translated, and nothing has changed since', (part) => {
    const catalog = readCatalog(fileOf(process.cwd(), language.tag, part));
    const faults = parts.get(part)!.flatMap(({ message, files }) => {
      const { text, changedFrom } = catalog.get(message) ?? {};
      if (text === undefined) return [`${files[0]}: '${message}' is not translated`];
      if (changedFrom !== undefined) return [`${files[0]}: '${message}' was '${changedFrom}'`];
      return faultsOf(message, text).map((fault) => `${files[0]}: '${text}' ${fault}`);
    });
    expect(faults, 'npm run messages -- --check lists them').toEqual([]);
  });
});
