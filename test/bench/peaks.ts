/**
 * @file The most that this machine reaches here, for comparison with the engines: FLOPs per second of multiply-adds in
 * registers, and bytes per second of a triad (a ← b + s c) over arrays larger than its caches.
 */
import { measureGpuPeak } from './gpuPeak';
import type { Go, Work } from './peak.worker';

export interface Peak {
  readonly gflops: number;
  readonly gigabytes: number; // per second; three arrays of 4 bytes per element
}

export interface Peaks {
  readonly threads: number;
  readonly wasm1?: Peak | undefined; // one thread
  readonly wasm?: Peak | undefined; // all threads
  readonly webgpu?: Peak | undefined;
}

/** Of the triad's three arrays, over all threads. */
const TRIAD_BYTES = 3 * 192 * 2 ** 20;
/** The best of this many runs is the peak: anything else on the machine only slows them. */
const RUNS = 5;
const LASTING = 150; // ms, at least
const FLOPS_PER_ROUND = 12 * 8;

export async function measurePeaks(ways: readonly string[]): Promise<Peaks> {
  const threads = navigator.hardwareConcurrency;
  const wasm = ways.includes('wasm');
  return {
    threads,
    wasm1: wasm ? await wasmPeak(1) : undefined,
    wasm: wasm ? await wasmPeak(threads) : undefined,
    webgpu: ways.includes('webgpu') ? await measureGpuPeak(best) : undefined,
  };
}

/** Units of work per millisecond: as many rounds as take long enough, then the best of a few runs. */
async function best(run: (rounds: number) => Promise<void>, start: number): Promise<number> {
  let rounds = start;
  let most = 0;
  for (let left = RUNS; left > 0;) {
    const began = performance.now();
    await run(rounds);
    const ms = performance.now() - began;
    if (ms < LASTING) rounds = Math.ceil(rounds * Math.min(8, (1.3 * LASTING) / ms));
    else {
      most = Math.max(most, rounds / ms);
      left--;
    }
  }
  return most;
}
export type Best = typeof best;

async function wasmPeak(threads: number): Promise<Peak> {
  const file = await fetch('/node_modules/.cache/bench/peak.wasm');
  const module = await WebAssembly.compile(await file.arrayBuffer());
  const bytes = 64 * Math.floor(TRIAD_BYTES / 3 / threads / 64);
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('./peak.worker.ts', import.meta.url), { type: 'module' }),
  );
  const all = async (message: Work | Go) => {
    await Promise.all(
      workers.map(
        (worker) =>
          new Promise((resolve, reject) => {
            worker.onmessage = resolve;
            worker.onerror = (event) => reject(new Error(event.message));
            worker.postMessage(message);
          }),
      ),
    );
  };
  await all({ module, bytes });
  const rounds = await best((rounds) => all({ kernel: 'products', rounds }), 1_000_000);
  const triads = await best((rounds) => all({ kernel: 'triad', rounds }), 1);
  for (const worker of workers) worker.terminate();
  return {
    gflops: (rounds * FLOPS_PER_ROUND * threads) / 1e6,
    gigabytes: (triads * 3 * bytes * threads) / 1e6,
  };
}
