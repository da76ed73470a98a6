import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readdirSync } from 'node:fs';
import {
  folderOf,
  fragmentOf,
  hashOf,
  isOld,
  PAGES,
  parseHash,
  pathOf,
  routeOf,
  TITLES,
} from '../../src/app/route';
import { writeLessonQuery, PLAIN } from '../../src/lessons/link';
import { openShort, shortOf } from '../../src/app/teach/links/short';
import { addressOf, LAB_NAMES } from '../../src/app/teach/teacherLink';
import { starts } from '../../src/compare/starts';
import { presets } from '../../src/spec/preset';

const ROOT = 'https://a.example/app/';
/** What a page reads from a URL below the root. */
const opened = (path: string) => {
  const { pathname, hash } = new URL(path, ROOT);
  return routeOf(pathname.slice('/app/'.length), hash);
};

const slug = fc.stringMatching(/^[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}$/);
const lesson = fc.constantFrom(...readdirSync('lessons').filter((name) => /^\d\d-/.test(name)));
const part = fc.oneof(
  slug,
  lesson,
  fc.constantFrom('links', '1rfaxa1805w', 'index.html', '.x', '%3Cimg'),
);
const query = fc.oneof(
  fc.constantFrom('', 'v=1', 'v=1&embed=1', 'say=Hello%20there', '&v=1', '=', 'answers=1', '?v=1'),
  fc.constantFrom('v=1&seed=3&prompt=why?', 'alone', '/v=1', 'alone?v=1', 'a/b', 'a/b=1', '#/lab'),
  fc
    .string({ unit: 'grapheme' })
    .map((text) => `v=1&name=${encodeURIComponent(text)}&x=a?b/c&rows(%23256-1)`),
);
const route = fc
  .record({
    page: fc.constantFrom(...PAGES.map(({ id }) => id)),
    path: fc.array(part, { maxLength: 3 }),
    query,
  })
  .map((one) => (one.page === 'home' ? { ...one, path: [] } : one));

test('any page, path and query come back from the former hash', () => {
  fc.assert(
    fc.property(route, (one) => {
      expect(parseHash(new URL(hashOf(one), ROOT).hash)).toEqual(one);
    }),
  );
});

test('every former hash opens the same page with the same settings, and so does the address that replaces it', () => {
  fc.assert(
    fc.property(route, fc.constantFrom('', 'lab/', 'lessons/00-play/', 'index.html'), (one, at) => {
      const hash = new URL(hashOf(one), ROOT).hash;
      expect(isOld(at, hash)).toBe(true);
      const read = opened(at + hash);
      expect(read).toEqual(parseHash(hash));
      const path = pathOf(read);
      expect(opened(path)).toEqual(read);
      // Written once, it stays as it is.
      expect(pathOf(opened(path))).toBe(path);
      const { pathname, hash: fragment } = new URL(path, ROOT);
      expect(isOld(pathname.slice('/app/'.length), fragment)).toBe(false);
    }),
  );
});

test('a folder is also found under the name of its file', () => {
  fc.assert(
    fc.property(route, (one) => {
      const file = `${folderOf(one)}index.html${fragmentOf(one)}`;
      expect(opened(file)).toEqual(opened(pathOf(one)));
    }),
  );
});

test('settings are never in the part of an address that is sent to the host', () => {
  fc.assert(
    fc.property(route, (one) => {
      expect(folderOf(one)).toMatch(/^([a-z]+\/([a-z0-9-]+\/)?)?$/);
      expect(folderOf(one)).not.toContain('1rfaxa1805w');
    }),
  );
});

test.each([
  ['#/lab?v=1&seed=3', 'lab/#v=1&seed=3'],
  ['#/lessons/04-the-cliff/predict?v=1', 'lessons/04-the-cliff/#predict?v=1'],
  ['#/lessons/04-the-cliff', 'lessons/04-the-cliff/'],
  ['#/lessons?v=1&projector=1', 'lessons/#v=1&projector=1'],
  ['#/lessons/nothing', 'lessons/#nothing'],
  ['#/teach/links?v=1&to=1rfaxa1805w', 'teach/links/#v=1&to=1rfaxa1805w'],
  ['#/worksheet/02-four-masks?answers=1', 'worksheet/02-four-masks/#answers=1'],
  ['#/go/1rfaxa1805w', 'go/#1rfaxa1805w'],
  ['#/', ''],
  ['#/?projector=1', '#projector=1'],
  ['#lab?v=1', 'lab/#v=1'],
])('%s is now %s', (hash, path) => expect(pathOf(opened(hash))).toBe(path));

describe('links kept elsewhere', () => {
  const link = {
    hide: new Set(['train']),
    lock: new Set([LAB_NAMES[1]!]),
    seed: 7,
    embed: true,
    projector: true,
  };
  const kept = [
    ...readdirSync('lessons')
      .filter((name) => /^\d\d-/.test(name))
      .flatMap((id) => [
        addressOf({ kind: 'lesson', lesson: id, step: 'two-hops' }, link),
        addressOf({ kind: 'lesson', lesson: id }, PLAIN),
      ]),
    ...presets.all.map(({ id }) => addressOf({ kind: 'lab', preset: id }, link)),
    ...starts.all.map(({ id }) => addressOf({ kind: 'compare', start: id }, link)),
    addressOf({ kind: 'test', when: 'before' }, link),
    `#/lessons/03-reach?${writeLessonQuery(link)}&say=In%20pairs%3F`,
  ];

  test.each(kept)('%s opens as itself, and from its short form', (hash) => {
    expect(opened(pathOf(opened(hash)))).toEqual(parseHash(hash));
    const short = shortOf(hash)!;
    const { page, path } = opened(pathOf(opened(short)));
    expect(page).toBe('go');
    expect(openShort(path!.join(''))).toEqual({ hash });
  });
});

test('a page that does not exist opens the home page under the name that was given', () => {
  const unknown = { page: 'home', path: [], unknown: 'nonsense' };
  expect(opened('#/nonsense?v=1')).toEqual({ ...unknown, query: 'v=1' });
  expect(opened('nonsense/more/#v=1')).toEqual({ ...unknown, query: 'v=1' });
  expect(opened('#nonsense')).toEqual({ ...unknown, query: '' });
});

test('every page has a title', () => {
  expect(Object.keys(TITLES).sort()).toEqual(PAGES.map(({ id }) => id).sort());
});
