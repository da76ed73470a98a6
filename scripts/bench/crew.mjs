/** @file Node threads for scripts, which do the work of a browser's workers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { bundled, bundledUrl } from '../bundle.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A crew of `size` threads, including the launching one. Resolves when all have started. */
export async function nodeCrew(size) {
  const { Crew } = await bundled('src/machines/crew.ts');
  const built = await bundledUrl('src/machines/hand.ts');
  const script = `import { parentPort } from 'node:worker_threads';
import { Hand } from '${built}';
const hand = new Hand();
parentPort.on('message', (order) => hand.obey(order));
parentPort.postMessage('started');`;
  const started = [];
  const spawn = (_, onFault) => {
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`));
    worker.unref();
    started.push(new Promise((resolve) => worker.once('message', resolve)));
    worker.on('error', (error) => onFault(error.message));
    worker.on('exit', () => onFault('it ended'));
    return { post: (order) => worker.postMessage(order), stop: () => void worker.terminate() };
  };
  const module = new WebAssembly.Module(readFileSync(join(ROOT, 'src/ops/simdShared.wasm')));
  const crew = new Crew(module, size, spawn, (fact) => console.error('fewer threads:', fact));
  const running = setInterval(() => {}, 1000); // the threads alone do not keep Node alive
  await Promise.all(started);
  clearInterval(running);
  return crew;
}
