/** @file A crew of Node's threads, for tests: the same `Hand` as in a browser's workers. */
import type { FewerThreads } from '../../src/core/backendFacts';
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import ts from 'typescript';
import { Crew, type Spawn } from '../../src/machines/crew';
import type { Order } from '../../src/machines/hand';

/** The imports of `Hand`, then `Hand` itself, as one script: a thread started from a data URL resolves no file. */
const sources = ['instance', 'sharedWords', 'hand'].map((name) => {
  const source = readFileSync(`src/machines/${name}.ts`, 'utf8');
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  return outputText.replaceAll(/^import [^;]*;$/gm, '');
});
const script = `${sources.join('')}
import { parentPort } from 'node:worker_threads';
const hand = new Hand();
parentPort.on('message', (order) => hand.obey(order));`;
const url = new URL(`data:text/javascript,${encodeURIComponent(script)}`);

export const nodeThread: Spawn = (_, onFault) => {
  const worker = new Worker(url);
  worker.unref();
  worker.on('error', (error) => onFault(error.message));
  worker.on('exit', () => onFault('it ended'));
  return {
    post: (order: Order) => worker.postMessage(order),
    stop: () => void worker.terminate(),
  };
};

/** `size` threads, including the one that launches. */
export const nodeCrew = (
  size: number,
  spawn: Spawn = nodeThread,
  tell?: (fact: FewerThreads) => void,
): Crew =>
  new Crew(new WebAssembly.Module(readFileSync('src/ops/simdShared.wasm')), size, spawn, tell);
