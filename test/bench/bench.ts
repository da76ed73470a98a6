/** @file Times engines in turn, round after round, so that other load on the machine affects all of them alike. */
import { build, machineOf, use, type EngineId } from './engines';
import { SIZES } from './models';
import { profile } from './profile';

export interface Row extends Case {
  readonly stepMs: { readonly median: number; readonly min: number; readonly runs: number };
  readonly tokensPerSecond: number;
  readonly dispatches: number; // per step
  readonly submits: number; // per step
  readonly jsMs: number; // until the step's work was submitted
  readonly peakBytes: number | null; // allocated; null if it is not counted
  readonly loss: number; // after the last step, to check that all learn the same
}

export interface Case {
  readonly size: string;
  readonly plan: string;
  readonly engine: EngineId;
}

export interface Job {
  /** All of them take their turn in every round. */
  readonly cases: readonly Case[];
  readonly rounds: number;
  /** Stock tfjs is much slower, so it takes part in the first rounds only. */
  readonly slowRounds: number;
}

/**
 * How far losses of the first steps may differ: by rounding, then by the engines' Adams (stock tfjs does not clip);
 * later they drift.
 */
const MAY_DIFFER = [1e-3, 1e-2, 1e-2, 1e-2];

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

async function bench({ cases, rounds, slowRounds }: Job): Promise<Row[]> {
  const faults: string[] = [];
  const runs = [];
  for (const given of cases) {
    await use(given.engine);
    runs.push({
      ...given,
      run: await build(given.engine, SIZES[given.size]!, given.plan, (fault) => faults.push(fault)),
      ms: [] as number[],
      js: [] as number[],
      calls: [] as (typeof calls)[],
      losses: [] as number[],
    });
  }
  for (let round = 0; round <= rounds; round++) {
    for (const entry of runs) {
      if (entry.engine.startsWith('tfjs') && round > slowRounds) continue;
      await use(entry.engine);
      const before = { ...calls };
      const started = performance.now();
      const done = entry.run.step();
      const handedOver = performance.now();
      entry.losses.push(await done);
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
  for (const entry of runs) {
    agree(
      runs.find(({ size, plan }) => size === entry.size && plan === entry.plan)!,
      entry,
    );
  }
  const rows: Row[] = [];
  for (const { size, plan, engine, run, ms, js, calls: made, losses } of runs) {
    const { B, T } = SIZES[size]!;
    await use(engine);
    rows.push({
      size,
      plan,
      engine,
      loss: losses.at(-1)!,
      stepMs: { median: median(ms), min: Math.min(...ms), runs: ms.length },
      tokensPerSecond: (1000 * B * T) / median(ms),
      dispatches: median(made.map(({ dispatches }) => dispatches)),
      submits: median(made.map(({ submits }) => submits)),
      jsMs: median(js),
      peakBytes: run.peakBytes ?? null,
    });
    run.dispose();
  }
  return rows;
}

/** Times can be compared only if all engines learn the same. Throws if losses of the same step differ. */
function agree(one: Learned, other: Learned): void {
  MAY_DIFFER.forEach((most, step) => {
    const [a, b] = [one.losses[step], other.losses[step]];
    if (a === undefined || b === undefined || Math.abs(a - b) <= most) return;
    throw new Error(`step ${step}: ${one.engine} has loss ${a}, ${other.engine} ${b}`);
  });
}
type Learned = { readonly engine: EngineId; readonly losses: readonly number[] };

/** Which adapter computes WebGPU here, as the browser describes it. */
async function adapter(): Promise<string> {
  const info = (await navigator.gpu?.requestAdapter())?.info;
  if (!info) return 'no WebGPU';
  return [info.vendor, info.architecture, info.description].filter(Boolean).join(' ') || 'unnamed';
}

/** How the time of a step of one of our engines is spent. */
async function profileOf({ size, plan, engine }: Case) {
  const machine = await machineOf(engine, (fault) => {
    throw new Error(fault);
  });
  return profile(machine, SIZES[size]!, plan);
}

Object.assign(globalThis, { bench, adapter, profileOf });
document.title = 'Bench: ready';
