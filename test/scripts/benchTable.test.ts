/** @file What `npm run bench` prints and writes, from results like those that a page returns. */
import { describe, expect, test } from 'vitest';
import { jobsOf, OURS } from '../../scripts/bench/jobs.mjs';
import * as tables from '../../scripts/bench/table.mjs';
import { ENGINES, type EngineId } from '../bench/engineIds';

const timed = (engine: EngineId, median: number, more = {}) => ({
  size: 'S',
  plan: 'global',
  engine,
  ...ENGINES[engine],
  parameters: 200_000,
  flops: 700_000_000,
  stepMs: { median, min: median - 1, runs: 5 },
  tokensPerSecond: 512_000 / median,
  gflops: 700 / median,
  dispatches: 0,
  submits: 0,
  jsMs: 1,
  peakBytes: null,
  loss: 4.1,
  ...more,
});
const failed = (engine: EngineId, reason: string, size = 'S') => ({
  size,
  plan: 'global',
  engine,
  way: ENGINES[engine].way,
  reason,
});
const peak = (gflops: number) => ({ gflops, gigabytes: 10 });
const results = {
  machine: 'a machine',
  date: '2026-01-02',
  peaks: { threads: 2, wasm1: peak(40), wasm: peak(80), webgpu: peak(20) },
  jobs: {
    'S-wasm': [
      timed('zebra-wasm', 35),
      timed('zebra-wasm-threads', 20),
      timed('tfjs-wasm', 300),
      timed('jax-wasm', 100),
      failed('nanogpt-wasm', 'no backend is called wasm'),
    ],
    'S-webgpu': [timed('zebra-webgpu', 200), timed('jax-webgpu', 500)],
    // A later page, when the machine was slower: the closest peer is the one with the lowest ratio, not the lowest time.
    'S-webgpu-more': [timed('zebra-webgpu', 400), timed('tfjs-webgpu', 600)],
  },
};

describe('the comparison', () => {
  test('sets the quickest of ours beside the quickest peer that computes in the same way', () => {
    const { ours, peer, ratio, share } = tables.compared(results, 'S', 'wasm')!;
    expect([ours.engine, peer.engine, ratio]).toEqual(['zebra-wasm-threads', 'jax-wasm', 5]);
    expect(share).toBeCloseTo(35 / 80);
  });

  test('sets only rows of one page beside each other', () => {
    const { ours, peer, ratio } = tables.compared(results, 'S', 'webgpu')!;
    expect([ours.stepMs.median, peer.engine, ratio]).toEqual([400, 'tfjs-webgpu', 1.5]);
  });

  test('is left out without a peer that ran', () => {
    expect(tables.compared(results, 'M', 'wasm')).toBeUndefined();
    const alone = [timed('zebra-wasm', 35), failed('nanogpt-wasm', 'no backend')];
    expect(tables.compared({ ...results, jobs: { alone } }, 'S', 'wasm')).toBeUndefined();
    expect(
      tables.compared(
        { ...results, jobs: { peers: [timed('jax-wasm', 1), timed('tfjs-wasm', 2)] } },
        'S',
        'wasm',
      ),
    ).toBeUndefined();
  });

  test('is a table of size, way, ours, the peer with its name, ratio and share of the peak', () => {
    expect(tables.shortTable(results).split('\n').slice(2)).toEqual([
      '| S | WebGPU | **400 ms** | TensorFlow.js | 600 ms | 1.5 × | 8.8 % |',
      '| S | WebAssembly | **20 ms** | jax-js | 100 ms | 5.0 × | 44 % |',
    ]);
  });
});

test('one thread is compared with the peak of one thread, several with that of all', () => {
  const [one, all] = results.jobs['S-wasm'];
  expect(tables.peakOf(results, one!)).toBe(40);
  expect(tables.peakOf(results, all!)).toBe(80);
  expect(tables.peakOf(results, timed('tfjs-webgl', 1))).toBeUndefined();
});

describe('a row that could not run', () => {
  test('is in the tables of all rows and of engines', () => {
    expect(tables.longTable(results)).toContain(
      '| S | global | nanogpt-wasm | cannot run: no backend is called wasm |',
    );
    expect(tables.engineTable(results)).toContain('| nanogpt, WebAssembly | cannot run |');
  });

  test('has its reason listed once, with its sizes', () => {
    const jobs = {
      ...results.jobs,
      'L-wasm': [failed('nanogpt-wasm', 'no backend is called wasm', 'L')],
    };
    expect(tables.reasons({ ...results, jobs })).toEqual([
      '- nanogpt, WebAssembly: no backend is called wasm (S, L)',
    ]);
  });
});

test('a step that was only taken once, while it compiled, is marked', () => {
  const slow = timed('tfjs-webgpu', 30_000, { stepMs: { median: 30_000, min: 30_000, runs: 0 } });
  const one = { ...results, jobs: { slow: [slow] } };
  expect(tables.engineTable(one)).toContain('30,000 ms (first step)');
  expect(tables.longTable(one)).toContain('| first only |');
});

test("costs are listed only if nanogpt's and ours were both measured", () => {
  expect(tables.costTable(results).split('\n')).toHaveLength(2);
  const jobs = {
    one: [timed('zebra-webgpu', 9), timed('nanogpt-webgpu', 9, { flops: 350_000_000 })],
  };
  expect(tables.costTable({ ...results, jobs }).split('\n')[2]).toBe(
    '| S | 200,000 | 200,000 | 0.700 | 0.350 | 0.500 |',
  );
});

describe('results kept in a file', () => {
  const later = {
    ...results,
    date: '2026-02-02',
    peaks: { threads: 2, wasm1: peak(50), wasm: peak(70) },
    jobs: { 'S-wasm': [timed('zebra-wasm', 30)] },
  };

  test('get the jobs measured later, and keep the others and the higher peaks', () => {
    const { date, peaks, jobs } = tables.merged(results, later);
    expect(date).toBe('2026-02-02');
    expect(Object.keys(jobs)).toEqual(Object.keys(results.jobs));
    expect(jobs['S-wasm']).toBe(later.jobs['S-wasm']);
    expect([peaks.wasm1, peaks.wasm, peaks.webgpu].map((most) => most?.gflops)).toEqual([
      50, 80, 20,
    ]);
  });

  test('of another machine are dropped', () => {
    const other = { ...later, machine: 'another machine' };
    expect(tables.merged(results, other)).toBe(other);
    expect(tables.merged(undefined, later)).toBe(later);
  });
});

test('a table is replaced between its comments, and nowhere else', () => {
  const text = 'a\n<!-- bench:x -->\nold\n<!-- /bench:x -->\nb';
  const after = tables.replaced(text, 'x', 'new');
  expect(after).toBe('a\n<!-- bench:x -->\n\nnew\n\n<!-- /bench:x -->\nb');
  expect(tables.replaced(after, 'x', 'new')).toBe(after);
  expect(() => tables.replaced(text, 'y', 'new')).toThrow('<!-- bench:y -->');
});

describe('jobs', () => {
  const all = [...Object.values(jobsOf()), ...Object.values(jobsOf({ quick: true }))];

  test('have ours on every page, and only engines that exist', () => {
    for (const { cases } of all) {
      expect(cases.some(({ engine }) => OURS.includes(engine))).toBe(true);
      for (const { engine } of cases) expect(Object.keys(ENGINES)).toContain(engine);
    }
  });

  test('measure the peak of every way in which ours computes', () => {
    for (const { cases, ways } of all)
      for (const { engine } of cases)
        if (OURS.includes(engine)) expect(ways).toContain(ENGINES[engine].way);
  });

  test('are chosen by size, by way or by name', () => {
    expect(Object.keys(jobsOf({ only: 'M' }))).toEqual(
      ['webgpu', 'webgpu-more', 'wasm', 'other'].map((group) => `M-${group}`),
    );
    expect(Object.keys(jobsOf({ only: 'wasm' }))).toEqual([
      'S-wasm',
      'M-wasm',
      'L-wasm',
      'plans-wasm',
    ]);
    expect(Object.keys(jobsOf({ only: 'M-wasm' }))).toEqual(['M-wasm']);
    expect(() => jobsOf({ only: 'X' })).toThrow("no job is called 'X'");
  });
});

test('every engine has a name for the tables', () => {
  expect(Object.keys(tables.NAMES).sort()).toEqual(Object.keys(ENGINES).sort());
});
