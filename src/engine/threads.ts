/** @file The threads that share WebAssembly's launches: how many there are here, and how a browser starts them. */
import type { Threads } from '../gpu/backend';
import { Crew, MOST_THREADS, type Spawn } from '../gpu/crew';
import { startWorker } from '../link/startWorker';
import kernels from '../ops/simdShared.wasm?url';
import script from './thread.worker?worker&url';

/** Launches of models of this size have too little for more. */
const MOST = Math.min(8, MOST_THREADS);

/** Kept for as long as the engine lives: starting threads takes longer than a small run. */
let crew: Crew | undefined;
/** Whom to tell of lost threads: the engine that asked last. */
let tell: (sentence: string) => void = () => {};

/** Threads for WebAssembly, or a sentence on why there is only one. `onLoss` is told, in a sentence, where there are fewer. */
export function threadsHere(onLoss: (sentence: string) => void): Threads | string {
  tell = onLoss;
  if (!globalThis.crossOriginIsolated) {
    return 'WebAssembly computes in one thread here: several threads need a cross-origin isolated page, that is two headers from its host over HTTPS, and from the page around it if it is embedded.';
  }
  const size = Math.min(navigator.hardwareConcurrency, MOST);
  if (size < 2)
    return 'WebAssembly computes in one thread here: the browser reports one processor core.';
  return {
    kernels,
    crew: (module) => (crew ??= new Crew(module, size, spawn, (sentence) => tell(sentence))),
  };
}

const spawn: Spawn = (n, onFault) => {
  const worker = startWorker(script, `zebra-thread-${n}`, import.meta.url);
  worker.addEventListener('error', (event) => onFault(event.message || 'it could not be started'));
  return {
    post: (order) => worker.postMessage(order),
    stop: () => worker.terminate(),
  };
};
