/** @file Threads that share launches: the same bits for any number of threads, and what happens if one is missing. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { FewerThreads } from '../../src/core/backendFacts';
import { makeFeed } from '../../src/data/batches';
import { sources } from '../../src/data/registry';
import type { Crew, Spawn } from '../../src/machines/crew';
import { instantiate } from '../../src/machines/instance';
import { hostMachine } from '../../src/machines/hostMachine';
import { DONE } from '../../src/machines/sharedWords';
import type { RunSpec } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';
import { Trainer } from '../../src/train/trainer';
import { zebras } from '../../src/train/zebra';
import { nodeCrew, nodeThread } from '../support/crew';

const spec: RunSpec = {
  ...DEFAULTS,
  task: 'needle',
  distance: 10,
  context: 40,
  window: 5,
  chunk: 4,
  layers: 3,
  width: 24,
  heads: 3,
  batch: 3,
};

let kernels: WebAssembly.Module;
let crew: Crew | undefined;

beforeAll(() => {
  execFileSync('node', ['scripts/build/simd.mjs']); // skips what is up to date
  kernels = new WebAssembly.Module(readFileSync('src/ops/simd.wasm'));
});

afterEach(() => {
  vi.unstubAllGlobals();
  crew?.stop();
  crew = undefined;
});

/** A run whose every launch is shared, however small. */
function trainer(change: Partial<RunSpec> = {}): Promise<Trainer> {
  const own = { ...spec, ...change };
  const source = sources.get(own.task);
  const { context: T, batch, distance, seed } = own;
  const machine = hostMachine(kernels, crew, 0);
  return Trainer.open(zebras(machine), own, source, makeFeed(source, { T, batch, distance, seed }));
}

/** Losses of some steps and the weights after them, exactly. */
async function outcome(change: Partial<RunSpec> = {}, steps = 12) {
  const run = await trainer(change);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) losses.push((await run.next()).loss);
  const validation = await run.validate();
  const { weights } = await run.snapshot();
  run.dispose();
  return { losses, validation, weights };
}

describe.each(['global', 'local', 'approximate', 'grouped'])('a %s model', (plan) => {
  test('has the same losses and weights, bit for bit, with 1, 2 and 3 threads', async () => {
    const expected = await outcome({ plan });
    for (const size of [2, 3]) {
      crew = nodeCrew(size);
      expect(await outcome({ plan }), `${size} threads`).toEqual(expected);
      crew.stop();
    }
  });
});

test('uses the other threads too', async () => {
  const busy = vi.fn<(part: number) => void>();
  crew = nodeCrew(3);
  const { launch } = Object.getPrototypeOf(crew) as { launch: Crew['launch'] };
  let parts = 0;
  crew.launch = (session, kernel, numbers, count, own) => {
    parts += count;
    launch.call(crew, session, kernel, numbers, count, (part) => {
      busy(part);
      own(part);
    });
  };
  const run = await trainer({ context: 256, width: 64, heads: 4 });
  const alone = () => busy.mock.calls.length > 0.95 * parts;
  // They start when they are given the time: at once on a machine with nothing else to do.
  for (let step = 0; step < 40 && (step < 3 || alone()); step++) await run.next();
  run.dispose();
  expect(busy.mock.calls.length).toBeGreaterThan(0);
  expect(alone()).toBe(false);
});

test('several runs share the threads', async () => {
  const [expected, other] = [await outcome(), await outcome({ seed: 2, plan: 'local' })];
  crew = nodeCrew(2);
  const runs = [await trainer(), await trainer({ seed: 2, plan: 'local' })];
  const losses: number[][] = [[], []];
  for (let step = 0; step < 12; step++) {
    for (const [i, run] of runs.entries()) losses[i]!.push((await run.next()).loss);
  }
  expect(losses).toEqual([expected.losses, other.losses]);
});

describe('if threads are missing, the run continues and gives the same numbers', () => {
  test.each<[string, Spawn]>([
    [
      'none can be started',
      () => {
        throw new Error('no more workers');
      },
    ],
    ['one never begins', () => ({ post: () => {}, stop: () => {} })],
    [
      'one ends at once',
      (n, onFault) => {
        const thread = nodeThread(n, onFault);
        thread.stop();
        return thread;
      },
    ],
    [
      'some do not begin',
      (n, onFault) => (n === 1 ? { post() {}, stop() {} } : nodeThread(n, onFault)),
    ],
  ])('%s', async (_, spawn) => {
    const expected = await outcome();
    crew = nodeCrew(3, spawn);
    expect(await outcome()).toEqual(expected);
  });

  test('the browser has no shared memory to give', async () => {
    const expected = await outcome();
    const told: FewerThreads[] = [];
    crew = nodeCrew(2, nodeThread, (fact) => told.push(fact));
    const { Memory } = WebAssembly;
    class Stingy extends Memory {
      constructor(given: WebAssembly.MemoryDescriptor) {
        if (given.shared) throw new RangeError('could not allocate memory');
        super(given);
      }
    }
    vi.stubGlobal('WebAssembly', { ...descriptors(WebAssembly), Memory: Stingy });
    expect(await outcome()).toEqual(expected);
    expect(told[0]).toEqual({ kind: 'noSharedMemory', bytes: expect.any(Number) as number });
  });
});

test('a lost thread is reported once, with its message, and no longer counted', async () => {
  const told: FewerThreads[] = [];
  const ends: (() => void)[] = [];
  crew = nodeCrew(
    3,
    (n, onFault) => {
      ends.push(() => onFault('out of memory'));
      return nodeThread(n, onFault);
    },
    (fact) => told.push(fact),
  );
  expect(crew.working).toBe(3);
  for (const end of ends) for (let twice = 0; twice < 2; twice++) end();
  expect(crew.working).toBe(1);
  expect(told).toEqual([
    { kind: 'threadsLost', lost: 1, of: 3, message: 'out of memory' },
    { kind: 'threadsLost', lost: 2, of: 3, message: 'out of memory' },
  ]);
});

// ------------------------------------------------------------------------------ one launch after another, by hand

const [ROWS, INNER, COLUMNS] = [64, 16, 16];
const A = 65_536;
const B = A + 4 * ROWS * INNER;
const Y = B + 4 * INNER * COLUMNS;
const SCRATCH = 4 * 65_536;

/** y += a b over ones, in place, so that a part done twice or not at all is visible. */
function adding(threads: Crew) {
  const { session, memory } = threads.open(8 * 65_536, (thread) => SCRATCH + thread * 65_536)!;
  const instance = instantiate(threads.module, memory);
  const numbers = [0, A, B, Y, Y, ROWS, INNER, COLUMNS, 8, 2];
  const floats = new Float32Array(memory.buffer);
  floats.fill(1, A / 4, Y / 4);
  const y = floats.subarray(Y / 4, Y / 4 + ROWS * COLUMNS);
  const own = (parts: number) => (part: number) => {
    instance.take(part, parts);
    instance.kernels['productAdd']!(...numbers, SCRATCH);
  };
  return {
    session,
    /** `counts` hears of each part done in this thread, and lets the others go first. */
    launch(parts: number, mine = own(parts), counts?: () => void) {
      y.fill(0);
      const counted = (part: number) => (counts?.(), mine(part));
      threads.launch(session, 'productAdd', numbers, parts, counted, counts !== undefined);
    },
    right: () => y.every((value) => value === INNER),
  };
}

/** Waits until the helpers have taken a part. */
async function awake({ launch }: ReturnType<typeof adding>): Promise<void> {
  for (let own = 16; own === 16;) {
    own = 0;
    launch(16, () => {
      own++;
      spin(0.2);
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const spin = (ms: number) => {
  for (const until = performance.now() + ms; performance.now() < until;);
};

test('launches with changing numbers of parts do each part once, even if a launch is replaced slowly', async () => {
  crew = nodeCrew(3);
  const sum = adding(crew);
  await awake(sum);
  const { store } = Atomics;
  vi.spyOn(Atomics, 'store').mockImplementation((words, at, value) => {
    const stored = store(words as unknown as Int32Array, at, value as unknown as number);
    spin(0.1); // during which helpers see a half-replaced launch
    return stored as never;
  });
  let wrong = 0;
  for (let launch = 0; launch < 600; launch++) {
    sum.launch([2, 4, 3, 16][launch % 4]!);
    if (!sum.right()) wrong++;
  }
  vi.restoreAllMocks();
  expect(wrong).toBe(0);
});

test('a part that fails in the launching thread is reported, and later launches are complete', async () => {
  crew = nodeCrew(3);
  const [failing, sum] = [adding(crew), adding(crew)];
  await awake(sum);
  let thrown = 0;
  for (let round = 0; round < 200; round++) {
    try {
      failing.launch(16, () => {
        throw new Error('unreachable');
      });
    } catch (cause) {
      expect((cause as Error).message).toBe('unreachable');
      thrown++;
    }
    sum.launch([3, 16][round % 2]!);
    expect(sum.right()).toBe(true);
  }
  expect(thrown).toBeGreaterThan(20); // sometimes the others were quicker, and all parts were done
});

/** The next launch loses a part: a thread takes it and disappears. */
function losesPart() {
  const { compareExchange } = Atomics;
  let taken = false;
  vi.spyOn(Atomics, 'compareExchange').mockImplementation((words, at, expected, value) => {
    const found = compareExchange(
      words as unknown as Int32Array,
      at,
      expected as unknown as number,
      value as unknown as number,
    );
    if (taken || found !== (expected as unknown)) return found as never;
    taken = true;
    return -1 as never;
  });
}

test('a part that is never finished ends the launch with a message; then everything is computed in one thread', () => {
  const told: FewerThreads[] = [];
  const stopped: number[] = [];
  crew = nodeCrew(
    2,
    (n) => ({ post() {}, stop: () => stopped.push(n) }),
    (fact) => told.push(fact),
  );
  const sum = adding(crew);
  losesPart();
  const wait = vi.spyOn(Atomics, 'wait').mockReturnValue('timed-out');
  expect(() => sum.launch(4)).toThrow('a thread did not finish its part of productAdd within 20 s');
  expect(wait).toHaveBeenCalledTimes(20);
  expect(wait.mock.lastCall?.[3]).toBe(1000);
  vi.restoreAllMocks();
  expect(told).toEqual([{ kind: 'threadStuck' }]);
  expect(stopped).toEqual([1]); // it could still write
  expect(crew.working).toBe(1);
});

test('a computer that slept for an hour in the middle of a launch did not lose a thread', () => {
  const told: FewerThreads[] = [];
  crew = nodeCrew(
    2,
    () => ({ post() {}, stop() {} }),
    (fact) => told.push(fact),
  );
  const sum = adding(crew);
  losesPart();
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (now += 3_600_000));
  let waits = 0;
  vi.spyOn(Atomics, 'wait').mockImplementation((words) => {
    if (++waits === 2) Atomics.add(words as unknown as Int32Array, DONE, 1); // it finishes its part after all
    return 'timed-out';
  });
  sum.launch(4);
  vi.restoreAllMocks();
  expect(told).toEqual([]);
  expect(crew.working).toBe(2);
});

test('memory beyond the reach of WebAssembly is not shared, and this is reported', () => {
  const told: FewerThreads[] = [];
  crew = nodeCrew(2, nodeThread, (fact) => told.push(fact));
  const bytes = 2 ** 32;
  expect(crew.open(bytes, () => SCRATCH)).toBeUndefined();
  expect(told).toEqual([{ kind: 'noSharedMemory', bytes }]);
});

test('if the others go first, they compute even the smallest launch; if they never come, this thread does', async () => {
  crew = nodeCrew(3);
  await crew.begun(60_000);
  const sum = adding(crew);
  const share = () => {
    let [own, all] = [0, 0];
    for (let launch = 0; launch < 200; launch++, all += 4) {
      sum.launch(4, undefined, () => own++);
      expect(sum.right()).toBe(true);
    }
    return own / all;
  };
  await vi.waitFor(() => expect(share()).toBeLessThan(0.7), 60_000);
  crew.stop();
  crew = nodeCrew(3, () => ({ post() {}, stop() {} }));
  const alone = adding(crew);
  const began = performance.now();
  for (let launch = 0; launch < 2000; launch++) alone.launch(4, undefined, () => {});
  expect(alone.right()).toBe(true);
  expect(performance.now() - began).toBeLessThan(1000); // 2,000 launches that waited 0.5 ms
});

test('a crew waits until its threads have begun, but not for one that never begins', async () => {
  crew = nodeCrew(3);
  await crew.begun(60_000);
  crew.stop();
  crew = nodeCrew(2, () => ({ post() {}, stop() {} }));
  const began = performance.now();
  await crew.begun(50);
  expect(performance.now() - began).toBeGreaterThan(49);
});

test('helpers that keep much closed memory are replaced, and open sessions continue', async () => {
  const started: number[] = [];
  crew = nodeCrew(2, (n, onFault) => {
    started.push(n);
    return nodeThread(n, onFault);
  });
  const sum = adding(crew);
  await awake(sum);
  for (let opened = 0; opened < 5; opened++) {
    const { session } = crew.open(64 * 2 ** 20, () => SCRATCH)!;
    crew.close(session);
  }
  expect(started).toEqual([1, 1]);
  await awake(sum);
  sum.launch(16);
  expect(sum.right()).toBe(true);
  expect(crew.working).toBe(2);
});

test('a crew that is too large, and too many parts, are refused', () => {
  expect(() => nodeCrew(17)).toThrow('a crew of 17 threads was asked for; it can have 1 to 16');
  crew = nodeCrew(2);
  const sum = adding(crew);
  expect(() => sum.launch(255)).toThrow('255 parts; a launch has at most 254');
});

test('threads without work sleep', async () => {
  crew = nodeCrew(3);
  await outcome();
  await new Promise((resolve) => setTimeout(resolve, 100));
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000, 'ms of processor time in 500 ms').toBeLessThan(250);
});

/** The exports of a namespace, which spreading leaves out. */
const descriptors = (of: object) =>
  Object.fromEntries(
    Object.entries(Object.getOwnPropertyDescriptors(of)).map(([name, { value }]) => [name, value]),
  );
