/** @file What the page about this browser says, in every combination of facts, and that its probes never throw. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { findAbilities, type Abilities } from '../../src/state/abilities';
import type { Isolation } from '../../src/state/isolation.svelte';
import { sayAll, sayHeadline, sayRows } from '../../src/state/sayAbilities';

const ALL: Abilities = {
  webgpu: { kind: 'adapter', name: 'nvidia lovelace', software: false },
  wasm: 'simd',
  workers: true,
  secure: true,
  isolated: true,
  sharedMemory: true,
  cores: 4,
  localStorage: true,
  indexedDB: true,
  quota: 2 ** 30,
  usage: 2 ** 20,
  persistent: false,
  serviceWorker: 'none',
  clipboard: true,
  savesFiles: true,
  screen: { width: 1440, height: 900, windowWidth: 1200 },
  language: 'en-GB',
  reducedMotion: false,
  browser: 'Firefox 150',
};
const NO_CARD = { webgpu: { kind: 'noWebGpu', because: 'unsupported' } } as const;
const ISOLATED: Isolation = { kind: 'isolated' };

const ISOLATIONS: readonly Isolation[] = [
  ...(['isolated', 'starting', 'atReload', 'off', 'framed', 'insecure'] as const).map((kind) => ({
    kind,
  })),
  { kind: 'noServiceWorker' },
  { kind: 'refused', message: 'the headers did not arrive' },
];
/** The values that each fact can have. */
const VALUES: { readonly [K in keyof Abilities]: readonly Abilities[K][] } = {
  webgpu: [
    ALL.webgpu,
    { kind: 'adapter', name: 'google swiftshader', software: true },
    NO_CARD.webgpu,
    { kind: 'noWebGpu', because: 'noAdapter' },
    { kind: 'noWebGpu', because: 'noAnswer', message: 'it did not answer in 5 s' },
  ],
  wasm: ['simd', 'noSimd', 'none'],
  workers: [true, false],
  secure: [true, false],
  isolated: [true, false],
  sharedMemory: [true, false],
  cores: [undefined, 1, 2, 16],
  localStorage: [true, false],
  indexedDB: [true, false],
  quota: [undefined, 0, 2 ** 33],
  usage: [undefined, 0, 2 ** 24],
  persistent: [undefined, true, false],
  serviceWorker: ['controls', 'installed', 'installing', 'none', 'unavailable', 'noAnswer'],
  clipboard: [true, false],
  savesFiles: [true, false],
  screen: [
    ALL.screen,
    { width: 0, height: 0, windowWidth: 0 },
    { ...ALL.screen, windowWidth: 390 },
  ],
  language: ['', 'de'],
  reducedMotion: [true, false],
  browser: ['', 'Firefox 150'],
};

/** Two facts at a time take all their values, with every state of isolation. */
function* combinations(): Generator<readonly [Abilities, Isolation]> {
  const names = Object.keys(VALUES) as (keyof Abilities)[];
  for (const isolation of ISOLATIONS)
    for (const one of names)
      for (const other of names)
        for (const a of VALUES[one])
          for (const b of VALUES[other]) yield [{ ...ALL, [one]: a, [other]: b }, isolation];
}

test('every combination gives whole sentences', () => {
  const bad = new Set<string>();
  for (const [facts, isolation] of combinations()) {
    const rows = sayRows(facts, isolation, { kind: 'looking' });
    const sentences = [
      sayHeadline(facts, isolation),
      ...rows.flatMap(({ name, found, means, helps }) => [
        means,
        ...(helps === undefined ? [] : [helps]),
        ...(name === 'Browser' ? [] : [found]),
      ]),
    ];
    for (const sentence of sentences)
      if (
        !/^[\p{Lu}\d]|^[a-z]+ [a-z]+\.$|^[a-z]{2}/u.test(sentence) ||
        !/[.)]$/.test(sentence) ||
        /undefined|null|NaN|\[object|\.\.| {2}/.test(sentence)
      )
        bad.add(sentence);
  }
  expect([...bad]).toEqual([]);
});

describe('the headline', () => {
  const said = (facts: Partial<Abilities>, isolation: Isolation) =>
    sayHeadline({ ...ALL, ...facts }, isolation);

  test.each<[Partial<Abilities>, Isolation, string]>([
    [{}, ISOLATED, 'This browser can do everything.'],
    [NO_CARD, ISOLATED, 'This browser can do everything.'],
    [
      { ...NO_CARD, isolated: false },
      { kind: 'atReload' },
      'Everything works; training uses one core, because the page must be reloaded once.',
    ],
    [
      { ...NO_CARD, cores: 1 },
      ISOLATED,
      'Everything works; training uses one core, because the browser reports one processor core.',
    ],
    [
      { ...NO_CARD, wasm: 'none' },
      ISOLATED,
      'training is slow, because this browser has no WebAss',
    ],
    [{ indexedDB: false }, ISOLATED, 'Nothing is kept after the page is closed.'],
    [{ workers: false }, ISOLATED, 'This browser cannot train here, because'],
  ])('%j, %j', (facts, isolation, words) => {
    expect(said(facts, isolation)).toContain(words);
  });
});

test('the text has the version, the date, the headline and every row', () => {
  const rows = sayRows(ALL, ISOLATED, { kind: 'looking' });
  const date = new Date(Date.UTC(2026, 11, 1, 8, 5));
  const text = sayAll(sayHeadline(ALL, ISOLATED), rows, { version: '1.2.3', date });
  expect(text).toMatch(/^Zebra Lab 1\.2\.3: what this browser can do, 2026-12-01 08:05 UTC\n/);
  expect(text.split('\n')).toHaveLength(3 + rows.length);
});

describe('the probes', () => {
  afterEach(() => vi.unstubAllGlobals());

  test('a browser without anything still gives facts', async () => {
    for (const name of ['navigator', 'Worker', 'indexedDB', 'localStorage', 'WebAssembly'])
      vi.stubGlobal(name, undefined);
    expect(await findAbilities('https://example.org/')).toMatchObject({
      webgpu: { kind: 'noWebGpu', because: 'noAnswer' },
      wasm: 'none',
      workers: false,
      localStorage: false,
      indexedDB: false,
      serviceWorker: 'noAnswer',
    });
  });

  test('a browser that never answers gives facts within the time limit', async () => {
    const never = () => new Promise<never>(() => {});
    vi.stubGlobal('navigator', {
      gpu: { requestAdapter: never },
      storage: { estimate: never, persisted: never },
      serviceWorker: { getRegistrations: never },
    });
    vi.stubGlobal(
      'Worker',
      class {
        terminate() {}
      },
    );
    vi.stubGlobal('indexedDB', { open: () => ({}) });
    const facts = await findAbilities('https://example.org/', 20);
    expect(facts).toMatchObject({
      webgpu: { because: 'noAnswer', message: 'it did not answer in 0.02 s' },
      workers: false,
      indexedDB: false,
      serviceWorker: 'noAnswer',
    });
    expect(facts.quota).toBeUndefined();
  });
});
