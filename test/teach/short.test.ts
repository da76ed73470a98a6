import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressOfList, MAX_LINKS, readList } from '../../src/app/teach/links/list';
import { openShort, shortOf } from '../../src/app/teach/links/short';
import {
  LONGEST_MESSAGE,
  splitMessage,
  tidyMessage,
  withMessage,
} from '../../src/app/teach/links/message';
import { addressOf } from '../../src/app/teach/teacherLink';
import { base32, bytesOfBase32 } from '../../src/core/base32';
import { asSpoken, bytesOfSpoken, LETTERS, spoken } from '../../src/core/spokenCode';
import { PLAIN } from '../../src/lessons/link';
import { CONTROLS } from '../../src/spec/controls';
import { presets } from '../../src/spec/preset';
import { starts } from '../../src/compare/starts';

const codeOf = (hash: string) => shortOf(hash)!.slice('#/go/'.length);
const back = (code: string) => {
  const opened = openShort(code);
  return 'hash' in opened ? opened.hash : opened.why;
};

describe('base 32', () => {
  test('gives any bytes back, in any case and with hyphens', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = base32(bytes);
        expect(text).toMatch(/^[0-9a-hjkmnp-tv-z]*$/);
        expect(bytesOfBase32(text.toUpperCase().replaceAll(/(.{4})/g, '$1-'))).toEqual(bytes);
      }),
    );
  });

  test('accepts look-alike characters, and refuses characters outside its alphabet', () => {
    expect(bytesOfBase32('O1')).toEqual(bytesOfBase32('0l'));
    for (const wrong of ['u0', '0$', 'é0', '1', '0z'.repeat(1) + 'z'])
      expect(bytesOfBase32(wrong), wrong).toBeUndefined();
  });
});

describe('letters to read out', () => {
  /** Names of letters and digits that are taken for each other in English, on a bad line or across a room. */
  const ALIKE = ['bcdegptvz', 'ajk', 'a8h', 'mn', 'fsx', 'iy', '59', 'qu', 'o0', 'il1'];

  test('never sound or look alike', () => {
    expect(new Set(LETTERS).size).toBe(16);
    expect(LETTERS).not.toMatch(/[io01]/);
    for (const group of ALIKE)
      expect([...group].filter((letter) => LETTERS.includes(letter)).length, group).toBeLessThan(2);
  });

  test('give any bytes back, also with other letters that sound like them', () => {
    const misheard: Record<string, string> = { p: 'B', m: 'n', f: 'S', k: 'j', '5': '9', l: '1' };
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = spoken(bytes);
        expect([...text].every((letter) => LETTERS.includes(letter))).toBe(true);
        expect(bytesOfSpoken(text.toUpperCase())).toEqual(bytes);
        const heard = [...text].map((letter) => misheard[letter] ?? letter).join('');
        expect(bytesOfSpoken(heard)).toEqual(bytes);
        expect(asSpoken(heard)).toBe(text);
      }),
    );
    for (const wrong of ['2', '2o', '0a', 'é2'])
      expect(bytesOfSpoken(wrong), wrong).toBeUndefined();
  });
});

describe('a short link', () => {
  const HIDE = { ...PLAIN, hide: new Set(['train']), lock: new Set(['window']), seed: 7 };
  const ALL = CONTROLS.map(({ name }) => name);
  const HASHES = [
    addressOf({ kind: 'lesson', lesson: '03-reach', step: 'one-layer' }, HIDE),
    addressOf({ kind: 'lesson', lesson: '04-the-cliff' }, PLAIN),
    ...presets.all.map(({ id }) => addressOf({ kind: 'lab', preset: id }, PLAIN)),
    addressOf({ kind: 'lab', preset: presets.all[0]!.id }, { ...HIDE, lock: new Set(ALL) }),
    ...starts.all.map(({ id }) => addressOf({ kind: 'compare', start: id }, PLAIN)),
    '#/masks?v=1&of=causal%20%26%20window(4)',
    '#/test?when=before',
    withMessage('#/lessons/00-play', 'Look at layer 2 — 你好!'),
  ];

  test.each(HASHES)('means the same as %s', (hash) => {
    expect(back(codeOf(hash))).toBe(hash);
    expect(back(codeOf(hash).toUpperCase())).toBe(hash);
  });

  test.each(HASHES)('of the first version means the same as %s, and as the new one', (hash) => {
    const early = shortOf(hash, '1')!.slice('#/go/'.length);
    expect(early).toMatch(/^1/);
    expect(codeOf(hash)).toMatch(/^2[2-8fklmpqrwy]+$/);
    for (const code of [early, early.toUpperCase(), early.replace(/^1/, 'l')])
      expect(back(code)).toBe(back(codeOf(hash)));
  });

  test('of either version opens the same for any address', () => {
    const address = fc
      .tuple(
        fc.constantFrom('lab', 'masks', 'lessons/03-reach', 'compare', 'test'),
        fc.stringMatching(/^[!-~]{0,200}$/),
      )
      .map(([page, query]) => `#/${page}?${query}`);
    fc.assert(
      fc.property(address, (hash) => {
        for (const version of ['1', '2'] as const)
          expect(back(shortOf(hash, version)!.slice('#/go/'.length))).toBe(hash);
      }),
    );
  });

  test('is short: at most 20 letters for a lesson, and never longer than its original', () => {
    expect(codeOf(HASHES[1]!).length).toBeLessThanOrEqual(20);
    expect(codeOf(HASHES[0]!).length).toBeLessThanOrEqual(40);
    const long = HASHES.filter((hash) => hash.length > 60 && !hash.includes('say='));
    for (const hash of long) expect(codeOf(hash).length, hash).toBeLessThan(hash.length * 0.6);
  });

  test('from an earlier version still opens', () => {
    // Made on 2026-11-30 with dictionary 1. Never change these: teachers have printed them.
    const MADE: Record<string, string> = {
      '#/lessons/03-reach/one-layer?v=1&hide=train&lock=window&seed=7': '1rczw50k111a3zp6swr00rn',
      '#/lessons/04-the-cliff?v=1': '1rfaxa1805w',
    };
    for (const [hash, code] of Object.entries(MADE)) expect(back(code)).toBe(hash);
    // Made with the letters to read out, and the same dictionary.
    expect(back('2q5r7r727224y4')).toBe('#/lessons/04-the-cliff?v=1');
  });

  test('with one wrong letter or truncated is refused, not opened as something else', () => {
    const code = codeOf(HASHES[0]!);
    let opened = 0;
    let tried = 0;
    for (let at = 1; at < code.length; at++)
      for (const letter of 'ka7y') {
        if (code[at] === asSpoken(letter)) continue;
        tried++;
        if ('hash' in openShort(code.slice(0, at) + letter + code.slice(at + 1))) opened++;
      }
    expect(tried).toBeGreaterThan(60);
    expect(opened).toBeLessThanOrEqual(tried / 100); // ten bits of a checksum
    for (let length = 0; length < code.length; length++)
      expect(back(code.slice(0, length)), code.slice(0, length)).toMatch(/^The short link/);
  });

  test('gives a page of the site or a reason for any text', () => {
    const typed = fc.oneof(
      fc.string(),
      fc.string().map((tail) => `1${tail}`),
      fc.string().map((tail) => `2${tail}`),
      fc.uint8Array({ maxLength: 80 }).map((bytes) => `2${spoken(bytes)}`),
      fc.uint8Array({ maxLength: 80 }).map((bytes) => `1${base32(bytes)}`),
      fc.constantFrom(
        '',
        '1',
        '2',
        '2abc',
        '3abc',
        '1'.repeat(10_000),
        '__proto__',
        'javascript:alert(1)',
      ),
    );
    fc.assert(
      fc.property(typed, (code) => {
        expect(back(code)).toMatch(/^(The short link|#\/[a-z])/);
      }),
    );
  });

  test('leads only to pages of the site, and not to another short link', () => {
    for (const hash of ['#/go/1abc', '#/nonsense', 'https://example.org', '#//evil', '#/labx?v=1'])
      expect(shortOf(hash), hash).toBeUndefined();
    expect(shortOf(`#/lab?${'a'.repeat(5000)}`)).toBeUndefined();
  });
});

describe('a message in a link', () => {
  test('comes back, and leaves the settings unchanged', () => {
    for (const hash of ['#/lab?v=1&seed=3', '#/lessons/03-reach', '#/compare?'])
      expect(splitMessage(withMessage(hash, 'Ten minutes, in pairs.\nThen stop & talk?'))).toEqual({
        hash: hash.replace(/\?$/, ''),
        say: 'Ten minutes, in pairs.\nThen stop & talk?',
      });
    expect(splitMessage('#/lab?v=1')).toEqual({ hash: '#/lab?v=1', say: '' });
    expect(withMessage('#/lab?v=1', '  \n ')).toBe('#/lab?v=1');
  });

  test('has a limit, in characters as users count them', () => {
    expect([...tidyMessage('🦓'.repeat(500))]).toHaveLength(LONGEST_MESSAGE);
    expect([...splitMessage(withMessage('#/lab', '🦓'.repeat(500))).say]).toHaveLength(
      LONGEST_MESSAGE,
    );
  });

  test('is text: control and direction characters are removed, HTML is characters', () => {
    expect(tidyMessage('a\u0000b\u202Ec\u200B\u001B[31md')).toBe('abc[31md');
    expect(tidyMessage('<img src=x onerror=alert(1)>')).toBe('<img src=x onerror=alert(1)>');
    expect(tidyMessage('e\u0301 नमस्ते 👩‍🏫')).toBe('e\u0301 नमस्ते 👩‍🏫');
  });

  test('of any content becomes short plain text, and tidying it again changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        for (const hash of [`#/lab?say=${text}`, withMessage('#/lab?v=1', text)]) {
          const { say } = splitMessage(hash);
          expect([...say].length).toBeLessThanOrEqual(LONGEST_MESSAGE);
          expect(say.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/u);
          expect(tidyMessage(say)).toBe(say);
        }
      }),
    );
  });
});

describe('a list of links', () => {
  const HASHES = ['#/test?v=1&when=before', '#/lessons/04-the-cliff?v=1', '#/lab?v=1&seed=3'];

  test('is a URL that holds them all, in their order', () => {
    const address = addressOfList(HASHES);
    expect(address).toMatch(/^#\/teach\/links\?v=1&to=2/);
    expect(readList(address.split('?')[1]!)).toEqual({ hashes: HASHES, refused: [] });
  });

  test('leaves out what cannot be opened, and says which', () => {
    const { hashes, refused } = readList(`v=1&to=${codeOf(HASHES[1]!)}&to=11&foo=2&to=`);
    expect(hashes).toEqual([HASHES[1]]);
    expect(refused.map((why) => why.slice(0, 6))).toEqual(['Link 2', 'Link 3']);
  });

  test('has a limit', () => {
    const many = Array.from({ length: MAX_LINKS + 5 }, () => `to=${codeOf(HASHES[0]!)}`);
    const { hashes, refused } = readList(many.join('&'));
    expect([hashes.length, refused.length]).toEqual([MAX_LINKS, 1]);
  });

  test('of any content gives only pages of the site', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (parts) => {
        for (const hash of readList(parts.map((part) => `to=${part}`).join('&')).hashes)
          expect(hash).toMatch(/^#\/[a-z]/);
      }),
    );
  });
});
