/** @file Times engines in turn, round after round, so that what else the machine does meets all of them alike. */
import * as tf from '@tensorflow/tfjs-core';
import { chooseBackend } from '../../src/gpu/backend';
import simdKernels from '../../src/ops/simd.wasm?url';
import { backendOf, build, SIZES, type EngineId } from './engines';

export interface Row {
  readonly size: string;
  readonly plan: string;
  readonly engine: EngineId;
  readonly stepMs: { readonly median: number; readonly min: number; readonly runs: number };
  readonly tokensPerSecond: number;
  readonly dispatches: number; // per step
  readonly submits: number; // per step
  readonly jsMs: number; // until the step's work was handed over
  readonly peakBytes: number | null; // live tensors; null where it is not counted
  readonly loss: number; // after the last step, to see that all learn the same
}

export interface Job {
  readonly size: string;
  readonly plan: string;
  readonly engines: readonly EngineId[];
  readonly rounds: number;
  /** Slow engines take part in the first rounds only. */
  readonly slowRounds: number;
}

const calls = { dispatches: 0, submits: 0 };
function count<K extends string>(
  prototype: Record<K, (...a: never[]) => unknown> | undefined,
  name: K,
  what: keyof typeof calls,
): void {
  if (!prototype) return;
  const original = prototype[name];
  prototype[name] = function (this: unknown, ...given: never[]) {
    calls[what]++;
    return original.apply(this, given);
  } as (typeof prototype)[K];
}
count(globalThis.GPUComputePassEncoder?.prototype as never, 'dispatchWorkgroups', 'dispatches');
count(globalThis.GPUQueue?.prototype as never, 'submit', 'submits');

const median = (numbers: readonly number[]) =>
  [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;

async function bench({ size, plan, engines, rounds, slowRounds }: Job): Promise<Row[]> {
  const faults: string[] = [];
  for (const wanted of new Set(engines.map(backendOf))) {
    if (tf.findBackend(wanted) === null || wanted === 'webgpu') {
      const { name } = await chooseBackend({
        wanted,
        selfTest: async () => {},
        onFault: (message) => faults.push(message),
        simdKernels,
      });
      if (name !== wanted)
        throw new Error(`${wanted} is not to be had here; ${name} would be used`);
    }
  }
  const shape = SIZES[size]!;
  const runs = [];
  for (const engine of engines) {
    await tf.setBackend(backendOf(engine));
    runs.push({
      engine,
      run: build(engine, shape, plan),
      ms: [] as number[],
      js: [] as number[],
      calls: [] as (typeof calls)[],
      loss: NaN,
    });
  }
  for (let round = 0; round <= rounds; round++) {
    for (const entry of runs) {
      if (entry.engine.startsWith('tfjs') && round > slowRounds) continue;
      await tf.setBackend(backendOf(entry.engine));
      const before = { ...calls };
      const started = performance.now();
      const done = entry.run.step();
      const handedOver = performance.now();
      entry.loss = await done;
      if (round === 0) continue; // the first step compiles
      entry.ms.push(performance.now() - started);
      entry.js.push(handedOver - started);
      entry.calls.push({
        dispatches: calls.dispatches - before.dispatches,
        submits: calls.submits - before.submits,
      });
    }
  }
  if (faults.length > 0) throw new Error(faults[0]);
  const rows: Row[] = [];
  for (const { engine, run, ms, js, calls: made, loss } of runs) {
    await tf.setBackend(backendOf(engine));
    rows.push({
      size,
      plan,
      engine,
      loss,
      stepMs: { median: median(ms), min: Math.min(...ms), runs: ms.length },
      tokensPerSecond: (1000 * shape.B * shape.T) / median(ms),
      dispatches: median(made.map(({ dispatches }) => dispatches)),
      submits: median(made.map(({ submits }) => submits)),
      jsMs: median(js),
      peakBytes: engine.startsWith('zebra') ? (run.peakBytes ?? null) : null,
    });
    run.dispose();
  }
  return rows;
}

Object.assign(globalThis, { bench });
document.title = 'Bench: ready';
