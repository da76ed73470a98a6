/** @file The threads that share the launches of WebAssembly: how many there are here, and how a browser starts them. */
import { MOST_THREADS, type FewerThreads, type OneThread } from '../core/backendFacts';
import type { Threads } from '../machines/backend';
import { Crew, type Spawn } from '../machines/crew';
import { startWorker } from '../workers/startWorker';
import kernels from '../ops/simdShared.wasm?url';
import script from '../workers/train/thread.worker?worker&url';

/** Kept for as long as the engine lives: starting threads takes longer than a small run. */
let crew: Crew | undefined;
/** Receives reports of lost threads: the engine that asked last. */
let tell: (fact: FewerThreads) => void = () => {};

/** Threads for WebAssembly, or why there is only one. `onLoss` is called when there are fewer later. */
export function threadsHere(onLoss: (fact: FewerThreads) => void): Threads | OneThread {
  tell = onLoss;
  if (!globalThis.crossOriginIsolated) return { kind: 'oneThread', because: 'notIsolated' };
  if (typeof SharedArrayBuffer === 'undefined')
    return { kind: 'oneThread', because: 'noSharedMemory' };
  const cores = navigator.hardwareConcurrency as number | undefined; // some browsers hide it
  if (cores === undefined) return { kind: 'oneThread', because: 'coresUnknown' };
  const size = Math.min(cores, MOST_THREADS);
  if (size < 2) return { kind: 'oneThread', because: 'oneCore' };
  return {
    kernels,
    crew: (module) => (crew ??= new Crew(module, size, spawn, (fact) => tell(fact))),
  };
}

const spawn: Spawn = (n, onFault) => {
  const worker = startWorker(script, `zebra-thread-${n}`, import.meta.url);
  // It sends the name of a lock, which the browser releases when the thread ends, however it ends.
  worker.addEventListener('message', ({ data }: MessageEvent<string>) => {
    void navigator.locks.request(data, () => onFault('it ended'));
  });
  worker.addEventListener('error', (event) => {
    event.preventDefault(); // it would become an error of the engine, which the page takes for the engine's end
    onFault(event.message || 'it could not be started');
  });
  return {
    post: (order) => worker.postMessage(order),
    stop: () => worker.terminate(),
  };
};
