/** @file The package itself: a manifest by the standard, the listed files and no others, the same bytes each time. */
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { filesOf } from '../../../src/app/teach/package/files';
import { makePackage } from '../../../src/app/teach/package/make';
import { manifestOf } from '../../../src/app/teach/package/manifest';
import { nameOf, packageOf } from '../../../src/app/teach/package/package';
import { needsOf } from '../../../src/lessons/needs';
import { lessons } from '../../lessons/all';

const PAGE =
  '<!doctype html>\n<html><head>\n<meta charset="utf-8">\n</head>\n<body></body></html>\n';
const FILES = new Map([
  ['assets/b.js', strToU8('b')],
  ['index.html', strToU8(PAGE)],
  ['assets/a.zip', zipSync({ a: strToU8('a'.repeat(999)) })],
]);
const PACKED = { lesson: '03-reach', title: 'Reach', version: '0.2.0', query: 'v=1&embed=1' };
const list = (more = {}) =>
  JSON.stringify({
    ...{ version: 1, base: './' },
    files: [...FILES].map(([path, { length }]) => [path, length]),
    lessons: { '03-reach': [0, 1, 2], '00-play': [1] },
    ...more,
  });

describe('the manifest', () => {
  const tags = (xml: string) => [...xml.matchAll(/<([a-z:]+)[\s>]/g)].map(([, name]) => name);

  test('has one organization, one item and one SCO, in the order of the schema', () => {
    const xml = manifestOf(PACKED, ['index.html', 'assets/a.js']);
    expect(xml).toMatch(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n<manifest /);
    expect(tags(xml)).toEqual([
      ...['manifest', 'metadata', 'schema', 'schemaversion', 'organizations', 'organization'],
      ...['title', 'item', 'title', 'resources', 'resource', 'file', 'file'],
    ]);
    expect(xml).toContain('<schema>ADL SCORM</schema>\n    <schemaversion>1.2</schemaversion>');
    const one = (pattern: RegExp) => pattern.exec(xml)?.[1];
    expect(one(/<organizations default="(\w+)"/)).toBe(one(/<organization identifier="(\w+)"/));
    expect(one(/identifierref="(\w+)"/)).toBe(one(/<resource identifier="(\w+)"/));
    expect(one(/adlcp:scormtype="(\w+)"/)).toBe('sco');
    expect(one(/<resource [^>]*href="([^"]+)"/)).toBe('index.html');
    const ids = [...xml.matchAll(/ identifier="([^"]+)"/g)].map(([, id]) => id!);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z_][\w.-]*$/); // xs:ID
    // Every namespace has a schema location.
    const [, locations] = /xsi:schemaLocation="([^"]+)"/.exec(xml)!;
    for (const [, space] of xml.matchAll(/xmlns(?::adlcp)?="([^"]+)"/g))
      expect(locations!.split(' ')).toContain(space);
  });

  test('is well-formed whatever the title and the paths are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ minLength: 1 }), (title, path) => {
        const xml = manifestOf({ ...PACKED, title }, [path]);
        const [, inside] =
          /<organization identifier="organization">\s*<title>([\s\S]*?)<\/title>/.exec(xml)!;
        expect(inside).not.toMatch(/[<>\p{Cs}]|&(?!amp;|lt;|gt;|quot;)/u);
        expect([...inside!].filter((sign) => sign < ' ' && !'\t\n'.includes(sign))).toEqual([]);
        expect(/<file href="([^"]*)" \/>/.exec(xml)![1]).toMatch(/^[\w.!~*'()%/-]*$/);
      }),
    );
  });
});

describe('a package', () => {
  test('has the manifest first, every file, and a page that says which lesson it is', () => {
    const bytes = packageOf({ ...PACKED, step: 'one-layer' }, FILES);
    const entries = unzipSync(bytes);
    expect(Object.keys(entries)).toEqual([
      ...['imsmanifest.xml', 'index.html', 'assets/a.zip', 'assets/b.js'],
    ]);
    for (const [path, content] of FILES)
      if (path !== 'index.html') expect(entries[path]).toEqual(content);
    const listed = [...strFromU8(entries['imsmanifest.xml']!).matchAll(/<file href="([^"]+)"/g)];
    expect(listed.map(([, path]) => path)).toEqual(Object.keys(entries).slice(1));
    const html = strFromU8(entries['index.html']!);
    const content = /<meta name="zebra-lab-package" content="([^"]*)">/.exec(html)![1]!;
    expect(JSON.parse(content.replaceAll('&quot;', '"').replaceAll('&amp;', '&'))).toEqual({
      ...{ version: 1, lesson: '03-reach', step: 'one-layer', query: 'v=1&embed=1' },
    });
    expect(html.replace(/<meta name="zebra[^>]*>\n {2}/, '')).toBe(PAGE);
    expect(nameOf(PACKED)).toBe('zebra-lab-03-reach-scorm12.zip');
  });

  test('has the same bytes whatever the order of the files and the time zone', () => {
    const before = process.env['TZ'];
    try {
      const made = ['UTC', 'Pacific/Auckland', 'America/St_Johns'].map((zone) => {
        process.env['TZ'] = zone;
        return packageOf(PACKED, zone === 'UTC' ? FILES : new Map([...FILES].reverse()));
      });
      expect(made[1]).toEqual(made[0]);
      expect(made[2]).toEqual(made[0]);
    } finally {
      process.env['TZ'] = before;
    }
  });

  test('of a page in another language has it at the root, like an English one', () => {
    const german = PAGE.replace('<html>', '<html lang="de" data-root="../">').replace(
      '</head>',
      '<script src="../assets/b.js"></script>\n</head>',
    );
    const files = new Map([...FILES].filter(([path]) => path !== 'index.html'));
    const entries = unzipSync(packageOf(PACKED, files.set('de/index.html', strToU8(german))));
    expect(Object.keys(entries)).not.toContain('de/index.html');
    expect(strFromU8(entries['imsmanifest.xml']!)).toContain('href="index.html"');
    const page = strFromU8(entries['index.html']!);
    expect(page).toContain('<html lang="de" data-root="./">');
    expect(page).toContain('src="./assets/b.js"');
  });

  test('is refused if the page is missing or not ours', () => {
    expect(() => packageOf(PACKED, new Map())).toThrow('do not include index.html');
    const strange = new Map([['index.html', strToU8('<p>404')]]);
    expect(() => packageOf(PACKED, strange)).toThrow('is not the page of this site');
  });

  test('is made from the list that the build writes', async () => {
    const read: string[] = [];
    const { name, bytes } = await makePackage(PACKED, list(), (path) => {
      read.push(path);
      return Promise.resolve(FILES.get(path)!);
    });
    expect(read.sort()).toEqual([...FILES.keys()].sort());
    expect(name).toBe('zebra-lab-03-reach-scorm12.zip');
    expect(bytes).toEqual(packageOf(PACKED, FILES));
    expect(filesOf(list(), '00-play').paths).toEqual(['index.html']);
  });

  test('is refused, with a sentence, if the list is not one', () => {
    expect(() => filesOf('<html>', '03-reach')).toThrow('package-files.json is not JSON');
    expect(() => filesOf(list(), '99-none')).toThrow("this site has no lesson '99-none' to pack");
    expect(() => filesOf(list({ base: '/lab/' }), '03-reach')).toThrow(
      'build it without BASE_PATH',
    );
    expect(() => filesOf(list({ lessons: { '03-reach': [3] } }), '03-reach')).toThrow();
  });
});

describe('what a lesson needs', () => {
  test('is its own recordings, texts and models, and of no other lesson', () => {
    const of = (id: string) => needsOf(lessons.find((one) => one.id === id)!);
    expect(of('00-play')).toEqual({
      files: ['recorded/races/needle.json', 'recorded/races/stripes.json'],
      models: [],
    });
    expect(of('10-longer-contexts')).toEqual({
      files: [
        ...['corpora/moby-dick.json', 'corpora/moby-dick.txt'],
        ...['recorded/adapted/moby-dick-128-global.json', 'recorded/races/strategies.json'],
      ],
      models: ['moby-dick-128-global'],
    });
    expect(of('12-to-pytorch').models).toEqual(['moby-dick-512-grouped']);
    expect(of('08-who-pays').files).toContain('corpora/postal-codes.txt');
  });

  test('includes texts that links and controls set', () => {
    const [play] = lessons;
    const [step] = play!.steps;
    const html = '<button data-set="window=4&amp;task=sotu">x</button>';
    const prose = { ...step!, parts: [{ kind: 'prose' as const, html }] };
    expect(needsOf({ steps: [prose] }).files).toContain('corpora/sotu.txt');
    const exercise = { ...step!.exercises[0]!, id: 'x', of: { change: html } };
    const inside = { ...step!, parts: [{ kind: 'exercise' as const, exercise }] };
    expect(needsOf({ steps: [inside as never] }).files).toContain('corpora/sotu.txt');
    const chosen = { ...step!, stage: { ...step!.stage, controls: ['task' as const] } };
    expect(needsOf({ steps: [chosen] }).files.filter((path) => path.endsWith('.txt'))).toHaveLength(
      4,
    );
  });
});
