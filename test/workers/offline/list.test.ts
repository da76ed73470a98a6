/** @file The list of a build's files: what it has, which groups a reader takes along, which file answers a request. */
import { describe, expect, test } from 'vitest';
import { languageOf } from '../../../scripts/build/languages.mjs';
import { groupOf, listOf, versionOf, withVersion } from '../../../scripts/build/offline.mjs';
import { answerTo, pathBelow, typeOf } from '../../../src/workers/offline/answers';
import {
  cacheName,
  filesOf,
  groupsFor,
  readList,
  versionOf as versionOfCache,
} from '../../../src/workers/offline/list';

const bytes = (text: string) => new TextEncoder().encode(text);
const LANGUAGES = new Map([
  ['en', new Set(['assets/lesson-en.js', 'assets/both.js'])],
  ['de', new Set(['assets/lesson-de.js', 'assets/both.js'])],
]);
const CONTENTS = new Map(
  [
    'index.html',
    'de/index.html',
    'de/corpora/faust.txt',
    'assets/lesson-en.js',
    'assets/lesson-de.js',
    'assets/both.js',
    'assets/frame.js',
    'assets/marker-40.zip',
    'assets/tfjs-1.js',
    'corpora/moby-dick.txt',
    'recorded/index.json',
    '_headers',
    'service-worker.js',
    'previews/home.png',
    'assets/frame.js.gz',
  ].map((path) => [path, bytes(path)]),
);
const VERSION = versionOf(CONTENTS);
const list = () => readList(JSON.stringify(listOf(VERSION, CONTENTS, LANGUAGES)))!;
const paths = (groups: readonly string[]) => filesOf(list(), groups).map(({ path }) => path);

describe('the list', () => {
  test('is read back, without what no page fetches', () => {
    expect(list().files.map(({ path }) => path)).not.toContain('service-worker.js');
    expect(list().files).toHaveLength(CONTENTS.size - 4);
    expect(list().files.find(({ path }) => path === 'index.html')).toEqual({
      path: 'index.html',
      bytes: 10,
      hash: '0eb547304658805aad788d320f10bf1f',
      group: 'site',
    });
  });

  test('has a version that changes with any file', () => {
    expect(VERSION).toMatch(/^[0-9a-f]{16}$/);
    const other = new Map([...CONTENTS, ['corpora/moby-dick.txt', bytes('Call me')] as const]);
    expect(versionOf(other)).not.toBe(VERSION);
    expect(versionOf(new Map([...CONTENTS].reverse()))).toBe(VERSION);
    expect(versionOf(new Map([...CONTENTS, ['_headers', bytes('')] as const]))).toBe(VERSION);
  });

  test.each(['', '<html>', '{}', '{"format":1,"version":"x","optional":[],"files":[]}'])(
    '%j is not one',
    (text) => expect(readList(text)).toBeUndefined(),
  );

  test.each(['../secret', '/etc/passwd', 'a/../b', './a', 'a//../b', 'https://evil.example/'])(
    'does not lead to %s',
    (path) => {
      const given = listOf(VERSION, new Map([[path, bytes('x')]]));
      expect(readList(JSON.stringify(given))).toBeUndefined();
    },
  );
});

describe('groups', () => {
  test('a reader takes along what is for all languages and for their own', () => {
    const english = paths(groupsFor(list(), 'en'));
    expect(english).toContain('assets/lesson-en.js');
    expect(english).toContain('assets/both.js');
    expect(english).toContain('corpora/moby-dick.txt');
    expect(english).not.toContain('de/index.html');
    expect(english).not.toContain('assets/lesson-de.js');
    expect(english).not.toContain('assets/tfjs-1.js');
    const german = paths(groupsFor(list(), 'de'));
    expect(german).toContain('de/corpora/faust.txt');
    expect(german).not.toContain('assets/lesson-en.js');
  });

  test('an update has what was kept before, if it still exists', () => {
    const had = ['en/site', 'reference', 'site', 'former'];
    const groups = groupsFor(list(), 'de', { had });
    expect(groups).toEqual(expect.arrayContaining(['de/site', 'en/site', 'reference']));
    expect(groups).not.toContain('former');
  });

  test('everything is everything', () => {
    expect(paths(groupsFor(list(), 'en', { everything: true }))).toHaveLength(list().files.length);
  });

  test.each([
    ['de/lab/index.html', 'de/site'],
    ['de/recorded/a.json', 'de/recordings'],
    ['assets/lesson-en.js', 'en/site'],
    ['design/index.html', 'site'],
    ['de', 'site'],
  ])('%s is in %s', (path, group) => expect(groupOf(path, LANGUAGES)).toBe(group));

  test('today there is one language, and all files are for it', () => {
    expect(languageOf('lab/index.html')).toBeUndefined();
  });
});

test('a page names its version once', () => {
  const html = withVersion('<html lang="en" data-root="./">', 'abc');
  expect(html).toBe('<html data-version="abc" lang="en" data-root="./">');
  expect(withVersion(html, 'def')).toBe('<html data-version="def" lang="en" data-root="./">');
});

describe('answers', () => {
  const has = (path: string) => ['index.html', 'lab/index.html', 'a.txt'].includes(path);

  test.each([
    ['', { kind: 'file', path: 'index.html' }],
    ['index.html', { kind: 'file', path: 'index.html' }],
    ['lab/', { kind: 'file', path: 'lab/index.html' }],
    ['lab', { kind: 'slash' }],
    ['a.txt', { kind: 'file', path: 'a.txt' }],
    ['a.txt/', undefined],
    ['nowhere', undefined],
    ['nowhere/', undefined],
  ] as const)('%j', (path, answer) => expect(answerTo(path, has)).toEqual(answer));

  test.each([
    ['https://a.example/zebra/lab/?x=1#y', 'lab/'],
    ['https://a.example/zebra/', ''],
    ['https://a.example/zebr/', undefined],
    ['https://b.example/zebra/', undefined],
    ['https://a.example/zebra/%', undefined],
    ['https://a.example/zebra/%E0%A4%A', undefined],
  ])('%s', (url, path) => expect(pathBelow(url, 'https://a.example/zebra/')).toBe(path));

  test('the type of a file does not depend on the host', () => {
    expect(typeOf('assets/simd.wasm')).toBe('application/wasm');
    expect(typeOf('assets/a.unknown')).toBe('application/octet-stream');
  });
});

test('two sites of one host do not share caches', () => {
  const a = cacheName('https://a.example/one/', VERSION);
  expect(versionOfCache('https://a.example/one/', a)).toBe(VERSION);
  expect(versionOfCache('https://a.example/two/', a)).toBeUndefined();
  expect(versionOfCache('https://a.example/', a)).toBeUndefined();
});
