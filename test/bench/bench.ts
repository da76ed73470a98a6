/** @file Times engines in turn, round after round, so that other load on the machine affects all of them alike. */
import { callsSoFar, type Calls } from './calls';
import { nanogptCost, zebraCost, type Cost } from './costs';
import { ENGINES, type EngineId, type Way } from './engineIds';
import { build, machineOf, use } from './engines';
import { SIZES, type Steppable } from './models';
import { measurePeaks } from './peaks';
import { profile } from './profile';

export interface Case {
  readonly size: string;
  readonly plan: string;
  readonly engine: EngineId;
}

/** What cannot run here is a row as well, and says why. */
export interface Failed extends Case {
  readonly way: Way;
  readonly reason: string;
}

export interface Timed extends Case, Cost {
  readonly library: string;
  readonly way: Way;
  /** `runs` is 0 if the first step, which compiles, was so slow that it was not repeated. */
  readonly stepMs: { readonly median: number; readonly min: number; readonly runs: number };
  readonly tokensPerSecond: number;
  readonly gflops: number; // per second
  readonly dispatches: number; // per step
  readonly submits: number; // per step
  readonly jsMs: number; // until the step's work was submitted
  readonly peakBytes: number | null; // allocated; null if it is not counted
  readonly loss: number; // after the last step, to check that all learn the same
}

export type Row = Timed | Failed;

export interface Job {
  /** All of them take their turn in every round. */
  readonly cases: readonly Case[];
  readonly rounds: number;
  /** No further rounds for an engine after this share of the time; it always gets one. */
  readonly secondsEach: number;
  /** An engine whose first step takes longer is not stepped again. */
  readonly longestSeconds: number;
}

/**
 * How far losses of the first steps may differ: by rounding, then by the engines' Adams (stock tfjs does not clip);
 * later they drift.
 */
const MAY_DIFFER = [1e-3, 1e-2, 1e-2, 1e-2];

const median = (numbers: readonly number[]) =>
  [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;

interface Sample {
  readonly ms: number;
  readonly jsMs: number;
  readonly calls: Calls;
  readonly loss: number;
}

interface Run extends Case {
  readonly steps: Steppable;
  readonly first: Sample; // compiles
  readonly samples: Sample[];
  readonly losses: number[]; // of all steps
}

/** Training takes step after step, so a step is timed after another one: threads have not fallen asleep. Slow engines do without. */
const SHORT = 1000; // ms

async function bench({ cases, rounds, secondsEach, longestSeconds }: Job): Promise<Row[]> {
  const faults: string[] = [];
  const runs: Run[] = [];
  const failed: Failed[] = [];
  for (const given of cases) {
    try {
      runs.push(await opened(given, (fault) => faults.push(fault)));
    } catch (cause) {
      // An error from a frame is not an instance of this page's Error.
      const reason = (cause as Partial<Error>)?.message ?? String(cause);
      failed.push(failure(given, reason));
    }
  }
  const turns = runs.filter(({ first }) => first.ms <= 1000 * longestSeconds);
  for (let round = 0; round < rounds; round++) {
    for (const { engine, steps, first, samples, losses } of turns) {
      const spent = samples.reduce((sum, { ms }) => sum + ms, 0);
      if (spent > 1000 * secondsEach) continue;
      const take = async () => {
        const sample = await sampleOf(engine, steps);
        losses.push(sample.loss);
        return sample;
      };
      const least = Math.min(first.ms, ...samples.map(({ ms }) => ms));
      if (least < SHORT) await take();
      samples.push(await take());
    }
  }
  if (faults.length > 0) throw new Error(faults[0]);
  const rows: Row[] = runs.map((run) => {
    const one = runs.find((other) => isSameModel(other, run))!;
    const reason = disagreement(one, run);
    return reason ? failure(run, reason) : rowOf(run);
  });
  for (const { engine, steps } of runs) {
    await use(engine);
    steps.dispose();
  }
  return cases.map((given) => [...rows, ...failed].find((row) => isOf(row, given))!);
}

const failure = ({ size, plan, engine }: Case, reason: string): Failed => ({
  size,
  plan,
  engine,
  way: ENGINES[engine].way,
  reason,
});

const isOf = (row: Case, { size, plan, engine }: Case) =>
  row.size === size && row.plan === plan && row.engine === engine;

async function opened(given: Case, onFault: (fault: string) => void): Promise<Run> {
  const { size, plan, engine } = given;
  await use(engine);
  const steps = await build(engine, SIZES[size]!, plan, onFault);
  const first = await sampleOf(engine, steps);
  return { ...given, steps, first, samples: [], losses: [first.loss] };
}

async function sampleOf(engine: EngineId, steps: Steppable): Promise<Sample> {
  await use(engine);
  const counted = () => steps.calls?.() ?? callsSoFar();
  const before = counted();
  const started = performance.now();
  const done = steps.step();
  const handedOver = performance.now();
  const loss = await done;
  const ms = performance.now() - started;
  if (!Number.isFinite(loss)) throw new Error(`its loss is ${loss}`);
  const after = counted();
  return {
    ms,
    jsMs: handedOver - started,
    calls: {
      dispatches: after.dispatches - before.dispatches,
      submits: after.submits - before.submits,
    },
    loss,
  };
}

function rowOf({ size, plan, engine, steps, first, samples }: Run): Timed {
  const counted = samples.length > 0 ? samples : [first];
  const ms = median(counted.map(({ ms }) => ms));
  const { B, T } = SIZES[size]!;
  const { library, way } = ENGINES[engine];
  const cost = library === 'nanogpt' ? nanogptCost(SIZES[size]!) : zebraCost(SIZES[size]!, plan);
  return {
    size,
    plan,
    engine,
    library,
    way,
    ...cost,
    stepMs: {
      median: ms,
      min: Math.min(...counted.map(({ ms }) => ms)),
      runs: samples.length,
    },
    tokensPerSecond: (1000 * B * T) / ms,
    gflops: cost.flops / ms / 1e6,
    dispatches: median(counted.map(({ calls }) => calls.dispatches)),
    submits: median(counted.map(({ calls }) => calls.submits)),
    jsMs: median(counted.map(({ jsMs }) => jsMs)),
    peakBytes: steps.peakBytes ?? null,
    loss: counted.at(-1)!.loss,
  };
}

/** nanogpt's model is its own, and is compared with no other. */
const isSameModel = (one: Run, other: Run) =>
  one === other ||
  (one.size === other.size &&
    one.plan === other.plan &&
    [one, other].every(({ engine }) => ENGINES[engine].library !== 'nanogpt'));

/** Times can be compared only if all engines learn the same. */
function disagreement(one: Run, other: Run): string | undefined {
  const step = MAY_DIFFER.findIndex(
    (most, step) => Math.abs((one.losses[step] ?? NaN) - (other.losses[step] ?? NaN)) > most,
  );
  if (step < 0) return undefined;
  return `its loss at step ${step} is ${other.losses[step]}; that of ${one.engine} is ${one.losses[step]}`;
}

/** What computes WebGPU and WebGL here, as the browser describes it. */
async function adapter(): Promise<string> {
  const info = (await navigator.gpu?.requestAdapter())?.info;
  const gpu = info
    ? [info.vendor, info.architecture, info.description].filter(Boolean).join(' ') || 'unnamed'
    : 'none';
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
  const renderer = gl?.getExtension('WEBGL_debug_renderer_info');
  const named = renderer && gl!.getParameter(renderer.UNMASKED_RENDERER_WEBGL);
  return `WebGPU: ${gpu}; WebGL: ${named ?? 'none'}`;
}

/** How the time of a step of one of our engines is spent. */
async function profileOf({ size, plan, engine }: Case) {
  const machine = await machineOf(engine, (fault) => {
    throw new Error(fault);
  });
  return profile(machine, SIZES[size]!, plan);
}

Object.assign(globalThis, { bench, adapter, profileOf, measurePeaks });
document.title = 'Bench: ready';
