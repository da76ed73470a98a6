/** @file Keeping the site on the device: what the page does and says, with a service worker in memory. */
import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { listOf, versionOf } from '../../scripts/build/offline.mjs';
import { OfflineHere, type Offline, type OfflineAround } from '../../src/state/offline.svelte';
import { sayOffline, sayProblem, sayUnavailable } from '../../src/state/sayOffline';
import { Keeper } from '../../src/workers/offline/keeper';
import { LIST } from '../../src/workers/offline/list';
import type { Ask, Told } from '../../src/workers/offline/messages';
import { MemoryCaches } from '../workers/offline/caches';

const ROOT = 'https://school.example/zebra/';

function built(word: string) {
  const files = new Map(
    Object.entries({ 'index.html': word, 'assets/tfjs.js': 'reference' }).map(
      ([path, text]) => [path, new TextEncoder().encode(text)] as const,
    ),
  );
  const version = versionOf(files);
  return { files, version, list: JSON.stringify(listOf(version, files)) };
}

/** A browser whose page has this version, on a host that has it, too. */
function browser(given: Partial<OfflineAround> = {}) {
  const caches = new MemoryCaches();
  const heard = new Set<(event: { data: Told }) => void>();
  const now = { site: built('one') as ReturnType<typeof built> | undefined };
  const calls: string[] = [];
  const back: (() => void)[] = [];
  const keeper = new Keeper({
    root: ROOT,
    caches: caches.asStorage,
    open: async () => ['page'],
    addressOf: async () => undefined,
    tell: async (data) => heard.forEach((hear) => hear({ data })),
    now: () => 0,
  });
  const active = {
    state: 'activated',
    postMessage: (ask: Ask, [port]: readonly MessagePort[]) =>
      void keeper.receive(ask, 'page').then((told) => port!.postMessage(told)),
  };
  const workers = {
    register: async () => ({ active, installing: null, waiting: null }),
    getRegistrations: async () => [
      { scope: ROOT, unregister: async () => void calls.push('unregister') },
    ],
    addEventListener: (_: string, hear: (event: { data: Told }) => void) => heard.add(hear),
  } as unknown as ServiceWorkerContainer;
  const around: OfflineAround = {
    unavailable: undefined,
    root: ROOT,
    language: 'en',
    version: now.site!.version,
    metered: false,
    workers,
    caches: caches.asStorage,
    sources: {
      caches: caches.asStorage,
      async fetch(url) {
        if (!now.site) throw new TypeError('no network');
        const path = url.slice(ROOT.length);
        if (path === LIST) return new Response(now.site.list);
        return new Response(now.site.files.get(path || 'index.html'));
      },
      hash: async (content) =>
        createHash('sha256').update(new Uint8Array(content)).digest('hex').slice(0, 32),
      room: async () => undefined,
    },
    idle: async () => {},
    alone: async (work) => {
      await work();
      return true;
    },
    online: () => true,
    whenOnline: (again) => back.push(again),
    persist: () => calls.push('persist'),
    reload: () => calls.push('reload'),
    ...given,
  };
  return { around, caches, now, calls, back };
}

const page = new OfflineHere();
afterEach(() => vi.restoreAllMocks());

describe('the page', () => {
  test('takes the site along by itself, and asks nothing of the browser', async () => {
    const { around, calls } = browser();
    const offline = new OfflineHere();
    await offline.begin(around);
    expect(offline.state).toEqual({ kind: 'kept', bytes: 3, more: 9 });
    expect(offline.update).toBe(false);
    expect(calls).toEqual([]);
    await offline.take(true);
    expect(offline.state).toEqual({ kind: 'kept', bytes: 12, more: 0 });
    expect(calls).toEqual(['persist']);
  });

  test('waits for the button over a metered connection', async () => {
    const { around } = browser({ metered: true });
    const offline = new OfflineHere();
    await offline.begin(around);
    expect(offline.state).toEqual({ kind: 'none', bytes: 3, metered: true });
    await offline.take();
    expect(offline.state.kind).toBe('kept');
  });

  test('a press before the page is idle ends the wait', async () => {
    const { around, calls } = browser({ idle: () => new Promise(() => {}) });
    const offline = new OfflineHere();
    const began = offline.begin(around);
    await offline.take();
    await began;
    expect(offline.state.kind).toBe('kept');
    expect(calls).toEqual(['persist']);
  });

  test('a new version is downloaded next to it, and loaded only if the user says so', async () => {
    const { around, now, calls } = browser();
    await new OfflineHere().begin(around);
    const old = around.version;
    now.site = built('two');
    const offline = new OfflineHere();
    await offline.begin(around);
    expect([offline.status.current?.version, offline.update]).toEqual([old, true]);
    await offline.load();
    expect(offline.status.current?.version).toBe(now.site.version);
    expect(calls).toEqual(['reload']);
    // The page that has been loaded again has the new one.
    const after = new OfflineHere();
    await after.begin({ ...around, version: now.site.version });
    expect(after.update).toBe(false);
  });

  test('an update has what the user added before', async () => {
    const { around, now } = browser();
    const offline = new OfflineHere();
    await offline.begin(around);
    await offline.take(true);
    now.site = built('two');
    await new OfflineHere().begin(around);
    await offline.load();
    expect(offline.status.current?.groups).toContain('reference');
  });

  test('a lost network is said, and the download goes on when it is back', async () => {
    const { around, now, back } = browser();
    const site = now.site;
    const offline = new OfflineHere();
    await offline.begin({
      ...around,
      sources: {
        ...around.sources,
        fetch: async (url, init) => {
          if (!url.endsWith(LIST) && now.site === site && back.length === 0) throw new TypeError();
          return around.sources.fetch(url, init);
        },
      },
    });
    expect(offline.state).toEqual({ kind: 'stopped', problem: { kind: 'network' } });
    back[0]!();
    await vi.waitFor(() => expect(offline.state.kind).toBe('kept'));
  });

  test('without a network it says what is kept', async () => {
    const { around, now } = browser();
    await new OfflineHere().begin(around);
    now.site = undefined;
    const offline = new OfflineHere();
    await offline.begin(around);
    expect(offline.state).toEqual({ kind: 'kept', bytes: 3, more: 9 });
  });

  test('does not begin again by itself what the browser had no room for', async () => {
    const { around } = browser();
    const small = { ...around, sources: { ...around.sources, room: async () => 1 } };
    const offline = new OfflineHere();
    await offline.begin(small);
    expect(offline.state).toMatchObject({ kind: 'stopped', problem: { kind: 'room' } });
    const next = new OfflineHere();
    await next.begin(around);
    expect(next.state.kind).toBe('none');
    await next.take();
    expect(next.state.kind).toBe('kept');
  });

  test('says that another tab downloads', async () => {
    const { around } = browser({ alone: async () => false });
    const offline = new OfflineHere();
    await offline.begin(around);
    expect(offline.state.kind).toBe('elsewhere');
  });

  test('forgets its own caches and worker, and those of no other site', async () => {
    const { around, caches, calls } = browser();
    await new OfflineHere().begin(around);
    await caches.open('zebra-lab /other/ memory');
    const offline = new OfflineHere();
    await offline.begin({ ...around, unavailable: 'forgotten' });
    expect(offline.state).toEqual({ kind: 'unavailable', why: 'forgotten' });
    expect(await caches.keys()).toEqual(['zebra-lab /other/ memory']);
    expect(calls).toEqual(['unregister']);
  });

  test('a browser that refuses is quoted', async () => {
    const { around } = browser();
    const offline = new OfflineHere();
    const workers = { ...around.workers!, register: () => Promise.reject(new Error('blocked')) };
    await offline.begin({ ...around, workers: workers as ServiceWorkerContainer });
    expect(offline.state).toEqual({ kind: 'unavailable', why: 'failed', message: 'blocked' });
  });
});

test('every state has whole sentences', () => {
  expect(page.state).toEqual({ kind: 'looking' });
  const problems = [
    { kind: 'cancelled' },
    { kind: 'network' },
    { kind: 'status', path: 'lab/index.html', status: 503 },
    { kind: 'differs', path: 'lab/index.html' },
    { kind: 'room', needed: 25_000_000, room: 1_500 },
    { kind: 'room', needed: 25_000_000, room: undefined },
  ] as const;
  const states: readonly Offline[] = [
    { kind: 'looking' },
    { kind: 'none', bytes: undefined, metered: false },
    { kind: 'none', bytes: 1, metered: true },
    { kind: 'filling', done: 999, of: 25_190_000 },
    { kind: 'elsewhere' },
    { kind: 'kept', bytes: 1, more: 0 },
    ...problems.map((problem) => ({ kind: 'stopped', problem }) as const),
    ...(['framed', 'insecure', 'noServiceWorker', 'off', 'forgotten', 'failed'] as const).map(
      (why) => ({ kind: 'unavailable', why }) as const,
    ),
  ];
  for (const state of states) {
    const { found, means, helps = '.' } = sayOffline(state);
    for (const sentence of [found, means, helps]) {
      expect(sentence).toMatch(/\.$/);
      expect(sentence).not.toMatch(/undefined|NaN|\.\./);
    }
  }
  expect(sayProblem(problems[4])).toContain('25 MB are needed, and 2 kB are left');
  expect(sayUnavailable('failed', 'blocked')).toBe('The browser refused (blocked).');
});
