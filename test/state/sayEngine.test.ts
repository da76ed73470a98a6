/** @file The facts that the engine reports become correct sentences. */
import { describe, expect, test } from 'vitest';
import type { BackendFact } from '../../src/core/backendFacts';
import type { Failure, Moved } from '../../src/workers/train/runState';
import { sayBackend, sayFailure, sayMoved, sayPreparation } from '../../src/state/sayEngine';

const adapter = 'google swiftshader';
const FACTS: readonly [BackendFact, string][] = [
  [{ kind: 'noWebGpu', because: 'unsupported' }, 'This browser has no WebGPU.'],
  [{ kind: 'noWebGpu', because: 'noAdapter' }, 'This browser has WebGPU, but no graphics adapter.'],
  [
    { kind: 'noWebGpu', because: 'noAnswer', message: 'it did not answer in 30 s' },
    'WebGPU could not be asked for a graphics adapter (it did not answer in 30 s).',
  ],
  [{ kind: 'noWebGl', because: 'unsupported' }, 'This browser offers no WebGL 2.'],
  [
    { kind: 'noWebGl', because: 'noOffscreenCanvas' },
    'This browser has no WebGL outside of pages (no OffscreenCanvas).',
  ],
  [
    { kind: 'softwareAdapter', way: 'webgl', adapter },
    'This machine’s WebGL is computed on the CPU (google swiftshader).',
  ],
  [
    { kind: 'softwareAdapter', way: 'webgpu', adapter, decided: 'untimed' },
    'This machine’s WebGPU is computed on the CPU (google swiftshader); WebAssembly is taken, and both are timed in a quiet moment.',
  ],
  [
    { kind: 'softwareAdapter', way: 'webgpu', adapter, decided: { wasm: 3.04, webgpu: 40.4 } },
    'This machine’s WebGPU is computed on the CPU (google swiftshader); for this model a short test predicts 3.0 ms a step in WebAssembly, 40 ms in WebGPU.',
  ],
  [
    { kind: 'oneThread', because: 'oneCore' },
    'WebAssembly computes in one thread here: the browser reports one processor core.',
  ],
  [
    { kind: 'oneThread', because: 'notIsolated' },
    'WebAssembly computes in one thread here: several threads need a cross-origin isolated page. Its host must send two headers over HTTPS; if the page is embedded, so must the page around it.',
  ],
  [
    { kind: 'oneThread', because: 'noSharedMemory' },
    'WebAssembly computes in one thread here: the browser has no memory that threads can share.',
  ],
  [
    { kind: 'oneThread', because: 'coresUnknown' },
    'WebAssembly computes in one thread here: the browser does not say how many processor cores there are.',
  ],
  [
    { kind: 'threadsLost', lost: 1, of: 3, message: 'out of memory' },
    '1 of 3 threads is lost (out of memory); the other 2 go on.',
  ],
  [
    { kind: 'threadsLost', lost: 2, of: 3, message: 'out of memory' },
    '2 of 3 threads are lost (out of memory); one computes everything.',
  ],
  [
    { kind: 'threadStuck' },
    'A thread did not finish its part, so one thread computes everything from now on.',
  ],
  [
    { kind: 'noSharedMemory', bytes: 5 * 2 ** 20 + 1 },
    'The browser refused 6 MiB of shared memory, so this model is computed in one thread.',
  ],
  [
    { kind: 'failedSelfTest', way: 'cpu', message: 'broken' },
    'JavaScript failed its self-test (broken).',
  ],
  [
    { kind: 'failedWithThreads', message: 'broken' },
    'WebAssembly could not be used with several threads (broken).',
  ],
  [
    { kind: 'fastest', products: 'smallTiles' },
    'WebGPU is the fastest way here; its products run in small tiles.',
  ],
  [
    { kind: 'fastest', products: 'workgroupMemory' },
    'WebGPU is the fastest way here; its products run through workgroup memory, as a short test found best.',
  ],
  [
    { kind: 'fastest', products: { rows: 16, columns: 8 } },
    'WebGPU is the fastest way here; its products run in tiles of 16 × 8, as a short test found best.',
  ],
  [{ kind: 'tfjsFailed', way: 'webgl', message: 'broken' }, 'Its WebGL cannot be used (broken).'],
];

describe('the reason for a backend:', () => {
  test.each(FACTS)('%o', (fact, words) => {
    expect(sayBackend([fact])).toBe(words);
  });

  test('facts follow each other as sentences', () => {
    expect(sayBackend([{ kind: 'noWebGpu', because: 'unsupported' }, { kind: 'asked' }])).toBe(
      'This browser has no WebGPU. You asked for it.',
    );
  });
});

test('with several runs the page says which one is being prepared', () => {
  const state = { phase: 'preparing', doing: 'loadingText', progress: 0.5 } as const;
  expect(sayPreparation(state)).toBe('Loading the text');
  expect(sayPreparation({ ...state, run: 2 })).toBe('Run 2: Loading the text');
});

test.each<[Moved, string]>([
  [
    { because: { kind: 'lost', message: 'the driver died' }, step: 3, trains: true },
    'The graphics device was lost (the driver died). Training went on from step 3.',
  ],
  [
    { because: { kind: 'gone', message: '' }, step: 3, trains: false },
    'The WebGL context was lost. It can go on from step 3.',
  ],
  [
    { because: { kind: 'error', message: 'a hazard' }, step: 0, trains: true },
    'The graphics device reported an error (a hazard). Its results cannot be trusted. Training went on from step 0.',
  ],
  [
    { because: { kind: 'stuck', message: '' }, step: 7, trains: true },
    'A thread did not finish its part, so one thread computes everything from now on. Training went on from step 7.',
  ],
  [
    { because: { kind: 'faster' }, step: 0, trains: false },
    'WebGPU is faster here. It can go on from step 0.',
  ],
])('a run that moved to another device: %o', (moved, words) => {
  expect(sayMoved(moved)).toBe(words);
});

const facts = [{ kind: 'failedSelfTest', way: 'cpu', message: 'broken' }] as const;
const FAILURES: readonly [Failure, withReset: string, without: string][] = [
  [
    { kind: 'settings', message: 'width is 1; it should be 8 or more' },
    'These settings cannot run: width is 1; it should be 8 or more.',
    'These settings cannot run: width is 1; it should be 8 or more.',
  ],
  [
    { kind: 'diverged', loss: NaN, gradNorm: NaN, step: 3, rate: 0.1 },
    'The loss became NaN at step 3, so training stopped. Press Reset; a learning rate below 0.1 may help.',
    'The loss became NaN at step 3, so training stopped. A learning rate below 0.1 may help.',
  ],
  [
    { kind: 'diverged', loss: 2.5, gradNorm: Infinity, step: 3, rate: 0.1 },
    'The norm of the gradient became Infinity at step 3, so training stopped. Press Reset; a learning rate below 0.1 may help.',
    'The norm of the gradient became Infinity at step 3, so training stopped. A learning rate below 0.1 may help.',
  ],
  [
    { kind: 'noText', message: "The text 'Moby' could not be loaded (/moby.txt: 404)." },
    "The text 'Moby' could not be loaded (/moby.txt: 404). Check the connection and press Reset.",
    "The text 'Moby' could not be loaded (/moby.txt: 404). Check the connection.",
  ],
  [
    { kind: 'noBackend', of: 'ours', facts },
    'This browser offers no way to compute. JavaScript failed its self-test (broken). Press Reset to start again.',
    'This browser offers no way to compute. JavaScript failed its self-test (broken).',
  ],
  [
    { kind: 'noBackend', of: 'tfjs', facts },
    'TensorFlow.js cannot compute here. JavaScript failed its self-test (broken). Choose another way under “Compute with”. Press Reset to start again.',
    'TensorFlow.js cannot compute here. JavaScript failed its self-test (broken). Choose another way under “Compute with”.',
  ],
  [
    { kind: 'failsAgain', fault: { kind: 'lost', message: 'the driver died' }, times: 4 },
    'The graphics device was lost (the driver died). It happened 4 times, so this page stops trying. Press Reset to start again.',
    'The graphics device was lost (the driver died). It happened 4 times, so this page stops trying.',
  ],
  [
    { kind: 'engineStopped', message: 'out of memory' },
    'The engine stopped (out of memory). Press Reset to start it again.',
    'The engine stopped (out of memory).',
  ],
  [
    { kind: 'error', message: 'the driver gave up.' },
    'the driver gave up. Press Reset to start again.',
    'the driver gave up.',
  ],
];

test.each(FAILURES)(
  'a button is named only if the page has it: %o',
  (failure, withReset, without) => {
    expect(sayFailure(failure, 'Reset')).toBe(withReset);
    expect(sayFailure(failure)).toBe(without);
  },
);
