/** @file Downloading a version into its cache, and serving pages from complete versions, on caches in memory. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { listOf, versionOf } from '../../../scripts/build/offline.mjs';
import { fill, FillError, type Sources } from '../../../src/workers/offline/fill';
import { Keeper } from '../../../src/workers/offline/keeper';
import { cacheName, readList } from '../../../src/workers/offline/list';
import type { Told } from '../../../src/workers/offline/messages';
import { MemoryCaches } from './caches';

const ROOT = 'https://school.example/zebra/';
const bytes = (text: string) => new TextEncoder().encode(text);

/** A build in which `word` is what differs. */
function built(word: string) {
  const files = new Map(
    Object.entries({
      'index.html': `home ${word}`,
      'lab/index.html': `lab ${word}`,
      '404.html': `missing ${word}`,
      'assets/frame.js': 'the same in both',
      'corpora/moby-dick.txt': `text ${word}`,
    }).map(([path, text]) => [path, bytes(text)] as const),
  );
  const version = versionOf(files);
  const text = JSON.stringify(listOf(version, files));
  return { files, version, text, list: readList(text)! };
}
type Built = ReturnType<typeof built>;
const GROUPS = ['site', 'texts'];

interface Faked {
  readonly asked: string[];
  readonly shown: number[];
}

function sources(
  site: () => Built,
  caches: MemoryCaches,
  more: Partial<Sources> = {},
): Sources & Faked {
  const asked: string[] = [];
  const shown: number[] = [];
  return {
    root: ROOT,
    caches: caches.asStorage,
    async fetch(url, { cache }) {
      const path = url.slice(ROOT.length);
      asked.push(`${path} ${cache}`);
      const file = path === '' || path.endsWith('/') ? `${path}index.html` : path;
      const found = site().files.get(file);
      return new Response(found, { status: found ? 200 : 404 });
    },
    hash: async (content) =>
      createHash('sha256').update(new Uint8Array(content)).digest('hex').slice(0, 32),
    room: async () => undefined,
    pause: async () => {},
    progress: (done) => shown.push(done),
    signal: new AbortController().signal,
    ...more,
    asked,
    shown,
  };
}

const problemOf = (filling: Promise<void>) =>
  filling.then(
    () => undefined,
    (error: unknown) => (error as FillError).problem,
  );

describe('filling', () => {
  const one = built('one');
  const two = built('two');
  const filled = (site: Built, from: Sources) => fill(site.list, site.text, GROUPS, from);

  test('asks for folders by their name, and shows progress up to all bytes', async () => {
    const from = sources(() => one, new MemoryCaches());
    await filled(one, from);
    expect(from.asked.toSorted()).toEqual([
      ' no-cache',
      '404.html no-cache',
      'assets/frame.js default',
      'corpora/moby-dick.txt no-cache',
      'lab/ no-cache',
    ]);
    const all = one.list.files.reduce((sum, file) => sum + file.bytes, 0);
    expect(from.shown.at(-1)).toBe(all);
    expect(from.shown).toEqual(from.shown.toSorted((a, b) => a - b));
  });

  test('goes on with what is missing, and copies what another version has', async () => {
    const caches = new MemoryCaches();
    await filled(
      one,
      sources(() => one, caches),
    );
    const update = sources(() => two, caches);
    await filled(two, update);
    expect(update.asked).not.toContain('assets/frame.js default');
    expect(update.asked).toHaveLength(4);
    const again = sources(() => two, caches);
    await filled(two, again);
    expect(again.asked).toEqual([]);
  });

  test('asks once more past the browser’s own cache, then refuses a file that differs', async () => {
    const from = sources(() => two, new MemoryCaches());
    expect(await problemOf(filled(one, from))).toMatchObject({ kind: 'differs' });
    expect(from.asked.filter((one) => one.endsWith('reload')).length).toBeGreaterThan(0);
  });

  test('a damaged copy in another version is downloaded instead', async () => {
    const caches = new MemoryCaches();
    await filled(
      one,
      sources(() => one, caches),
    );
    const cache = await caches.open(cacheName(ROOT, one.version));
    await cache.put(`${ROOT}assets/frame.js`, new Response('damaged'));
    const update = sources(() => two, caches);
    await filled(two, update);
    expect(update.asked).toContain('assets/frame.js default');
  });

  test('says what was wrong', async () => {
    const gone = { ...one, files: new Map<string, Uint8Array<ArrayBuffer>>() };
    const of = (more: Partial<Sources>, site = one) =>
      problemOf(
        filled(
          one,
          sources(() => site, new MemoryCaches(), more),
        ),
      );
    expect(await of({}, gone)).toMatchObject({ kind: 'status', status: 404 });
    expect(await of({ fetch: () => Promise.reject(new TypeError()) })).toEqual({ kind: 'network' });
    expect(await of({ room: async () => 3 })).toMatchObject({ kind: 'room', room: 3 });
    expect(await of({ signal: AbortSignal.abort() })).toEqual({ kind: 'cancelled' });
    const full = new MemoryCaches();
    (await full.open(cacheName(ROOT, one.version))).full = true;
    expect(
      await problemOf(
        filled(
          one,
          sources(() => one, full),
        ),
      ),
    ).toMatchObject({
      kind: 'room',
      room: undefined,
    });
  });
});

describe('the service worker', () => {
  const one = built('one');
  const two = built('two');

  function browser() {
    const caches = new MemoryCaches();
    const open = new Set<string>();
    const told: Told[] = [];
    const start = () =>
      new Keeper({
        root: ROOT,
        caches: caches.asStorage,
        open: async () => [...open],
        addressOf: async (id) => (id.startsWith('worker') ? `blob:${id}` : undefined),
        tell: async (one) => void told.push(one),
        now: () => 0,
      });
    return { caches, open, told, start };
  }

  const network = async () => new Response('network');
  const page = (keeper: Keeper, path: string, client: string, from = network) =>
    keeper.answer({ url: ROOT + path, navigates: true, client }, from);
  const part = async (keeper: Keeper, path: string, client: string) =>
    (await keeper.answer({ url: ROOT + path, navigates: false, client }, network)).text();
  const complete = async (keeper: Keeper, site: Built, caches: MemoryCaches) => {
    await keeper.receive({ type: 'begin', version: site.version }, 'a');
    await fill(
      site.list,
      site.text,
      GROUPS,
      sources(() => site, caches),
    );
    return keeper.receive({ type: 'complete', version: site.version, groups: GROUPS }, 'a');
  };

  test('passes everything on until a version is complete', async () => {
    const { caches, start } = browser();
    const keeper = start();
    await keeper.receive({ type: 'begin', version: one.version }, 'a');
    await fill(
      one.list,
      one.text,
      ['site'],
      sources(() => one, caches),
    );
    const { refused } = await keeper.receive(
      { type: 'complete', version: one.version, groups: GROUPS },
      'a',
    );
    expect(refused).toBe('corpora/moby-dick.txt is missing');
    expect(await (await page(keeper, 'lab/', 'a')).text()).toBe('network');
    expect(keeper.empty).toBe(true);
  });

  test('serves pages, folders without a slash, and 404.html for what does not exist', async () => {
    const { caches, start } = browser();
    const keeper = start();
    await complete(keeper, one, caches);
    expect(await (await page(keeper, 'lab/?x=1', 'a')).text()).toBe('lab one');
    const slash = await page(keeper, 'lab?x=1', 'a');
    expect([slash.status, slash.headers.get('location')]).toEqual([301, `${ROOT}lab/?x=1`]);
    expect(await (await page(keeper, 'nowhere', 'a')).text()).toBe('network');
    const lost = () => Promise.reject(new TypeError());
    const missing = await page(keeper, 'nowhere', 'a', lost);
    expect([missing.status, await missing.text()]).toEqual([404, 'missing one']);
  });

  test('each page and its workers keep their version, also after the service worker was stopped', async () => {
    const { caches, open, told, start } = browser();
    let keeper = start();
    await complete(keeper, one, caches);
    await page(keeper, '', 'a');
    open.add('a');
    await keeper.receive({ type: 'here', version: one.version, worker: 'blob:worker 1' }, 'a');
    const { status } = await complete(keeper, two, caches);
    expect([status.current?.version, status.ready?.version]).toEqual([one.version, two.version]);
    expect(told.at(-1)?.status).toEqual(status);
    keeper = start();
    await keeper.receive({ type: 'accept' }, 'a');
    expect(await (await page(keeper, 'lab/', 'b')).text()).toBe('lab two');
    open.add('b').add('blob:worker 1');
    for (const client of ['a', 'worker 1'])
      expect(await part(keeper, 'corpora/moby-dick.txt', client)).toBe('text one');
    expect(await part(keeper, 'corpora/moby-dick.txt', 'b')).toBe('text two');
    // Of a page or worker without a known version, only files whose names contain their hash are certain.
    expect(await part(keeper, 'assets/frame.js', 'worker 2')).toBe('the same in both');
    expect(await part(keeper, 'corpora/moby-dick.txt', 'worker 2')).toBe('network');
    expect(await caches.keys()).toContain(cacheName(ROOT, one.version));
    await keeper.receive({ type: 'status' }, 'b');
    open.delete('a');
    open.delete('blob:worker 1');
    await keeper.receive({ type: 'status' }, 'b');
    expect(await caches.keys()).not.toContain(cacheName(ROOT, one.version));
  });
});
