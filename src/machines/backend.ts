/**
 * @file Chooses the machine: webgpu, then wasm, then plain loops, each with the facts that decided.
 *
 * A machine is used only after `selfTest` has passed on it. WebGPU on a software adapter and WebAssembly both run on
 * the CPU; which is faster depends on the CPU and on the model. A measurement decides as soon as there is one. It is
 * not made at startup, because the user would wait a second or two for it.
 */
import type { KernelId } from '../ops/attention/costs';
import {
  NoBackend,
  type BackendFact,
  type Fault,
  type OneThread,
  type Products,
  type StepTimes,
} from '../core/backendFacts';
import type { DeviceLimits } from '../core/limits';
import { START_TIMEOUT_MS, within } from '../core/patience';
import type { Crew } from './crew';
import { gpuMachine } from './gpuMachine';
import { hostMachine } from './hostMachine';
import type { Tiles } from '../program/tiles';
import type { Machine } from './machine';
import { stage } from './stages';
import { moduleAt } from './module';
import { findAdapter, openDevice, type Adapter } from './webgpu';

type BackendName = 'webgpu' | 'wasm' | 'cpu';

export interface Backend {
  readonly name: BackendName;
  readonly machine: Machine;
  readonly kernel: KernelId;
  /** WebAssembly's threads; defaults to one. */
  readonly threads?: number;
  readonly device: string;
  /** Why this one, and not one that is normally preferred. */
  readonly why: readonly BackendFact[];
  readonly limits: DeviceLimits;
  /** WebGPU is available too, emulated on the CPU: a measurement can choose between the two. */
  readonly software: boolean;
}

/**
 * WebAssembly's memory and JavaScript's arrays both end at 4 GiB or before; a share of that is enough for any sensible
 * model.
 */
export const HOST_LIMITS: DeviceLimits = { total: 1.5 * 2 ** 30, largestTensor: 2 ** 30 };

export interface Choice {
  readonly wanted: BackendName | 'auto';
  /** Runs every operation on a newly started machine; throws an error naming the operation if one is wrong. */
  readonly selfTest: (machine: Machine) => Promise<void>;
  readonly onFault: (fault: Fault) => void;
  /** If WebGPU is emulated on the CPU: the measured times of both ways to use the CPU for the model at hand. */
  readonly steps?: StepTimes | undefined;
  /** Finds the product tiles that are fastest on a newly started graphics card; if not given, the defaults are used. */
  readonly tune?: (machine: Machine) => Promise<Tiles>;
  /** URL of the compiled src/ops/simd.as.ts; without it loops are used. */
  readonly simdKernels?: string;
  /** Threads for WebAssembly, or why there is only one; the default is one. */
  readonly threads?: Threads | OneThread;
}

export interface Threads {
  /** URL of the kernels for shared memory. */
  readonly kernels: string;
  /** Threads for a module, including the launching one. */
  crew(module: WebAssembly.Module): Crew;
}

/** How long the first use of WebAssembly waits for its threads, which usually begin within a tenth of that. */
const BEGIN_MS = 1000;

type Started = Omit<Backend, 'why' | 'software'> & {
  /** Machines to test, one after the other, that together compute in every way in which this one does. */
  readonly trials?: readonly Machine[];
};

/** The faster of the two ways to use the CPU. */
export const fasterOf = ({ webgpu, wasm }: StepTimes): 'webgpu' | 'wasm' =>
  webgpu < wasm ? 'webgpu' : 'wasm';

/** Rejects with NoBackend if nothing passes its test. */
export async function chooseBackend(choice: Choice): Promise<Backend> {
  const { wanted, steps, threads } = choice;
  const passedOver: BackendFact[] = [];
  const found =
    wanted === 'auto' || wanted === 'webgpu' ? await stage('adapter', findAdapter) : undefined;
  const adapter = found && 'adapter' in found ? found : undefined;
  if (found && 'kind' in found) passedOver.push(found);

  // WebGPU on the CPU goes first only if it was measured to be faster.
  const software = wanted === 'auto' && adapter?.software === true;
  const names = order(wanted).filter((name) => name !== 'webgpu' || adapter);
  if (software && (!steps || fasterOf(steps) === 'wasm')) names.push(names.shift()!);
  if (software) {
    const decided = steps ?? 'untimed';
    passedOver.push({ kind: 'softwareAdapter', way: 'webgpu', adapter: adapter.name, decided });
  }
  for (const name of names) {
    const started =
      (await start(name, choice, adapter, passedOver)) ??
      // Threads are given up before WebAssembly itself.
      (name === 'wasm' && isCrewed(threads)
        ? await start(name, withoutThreads(choice), adapter, passedOver)
        : undefined);
    if (!started) continue;
    if (name === 'wasm' && threads && !isCrewed(threads)) passedOver.unshift(threads);
    const best = name === 'webgpu' && wanted === 'auto' && passedOver.length === 0;
    if (best) passedOver.push({ kind: 'fastest', products: productsOf(started.machine) });
    if (wanted === name) passedOver.push({ kind: 'asked' });
    return { ...started, software, why: passedOver };
  }
  throw new NoBackend('ours', passedOver);
}

const isCrewed = (threads: Choice['threads']): threads is Threads =>
  threads !== undefined && 'crew' in threads;

const withoutThreads = ({ threads: _, ...choice }: Choice): Choice => choice;

/** How products are computed, as measured at startup. */
function productsOf({ tiles }: Machine): Products {
  if (!tiles) return 'smallTiles';
  return tiles.shared ? 'workgroupMemory' : { rows: tiles.tall, columns: 4 * tiles.wide };
}

/** The requested backend first; those after it in the usual order follow. */
function order(wanted: BackendName | 'auto'): BackendName[] {
  const all: BackendName[] = ['webgpu', 'wasm', 'cpu'];
  return wanted === 'auto' ? all : all.slice(all.indexOf(wanted));
}

/** The machine, tested; undefined, with the reason in `passedOver`, if it is unavailable. */
async function start(
  name: BackendName,
  choice: Choice,
  adapter: Adapter | undefined,
  passedOver: BackendFact[],
): Promise<Started | undefined> {
  try {
    return await within(
      START_TIMEOUT_MS,
      tested(START[name](choice, adapter), choice),
      `it did not finish after ${START_TIMEOUT_MS / 1000} s`,
    );
  } catch (cause) {
    const message = wordsOf(cause);
    passedOver.push(
      name === 'wasm' && isCrewed(choice.threads)
        ? { kind: 'failedWithThreads', message }
        : { kind: 'failedSelfTest', way: name, message },
    );
    return undefined;
  }
}

async function tested(starting: Promise<Started>, { selfTest }: Choice): Promise<Started> {
  const { trials, ...started } = await starting;
  for (const machine of trials ?? [started.machine])
    await stage('self-test', () => selfTest(machine));
  return started;
}

const START: Record<
  BackendName,
  (choice: Choice, adapter: Adapter | undefined) => Promise<Started>
> = {
  async webgpu({ onFault, tune }, adapter) {
    const { device, limits } = await stage('device', () => openDevice(adapter!, onFault));
    const kernel = adapter!.software ? 'softwareGpu' : 'gpu';
    let machine = gpuMachine(device, kernel);
    if (kernel === 'gpu' && tune)
      machine = gpuMachine(device, kernel, await stage('tiles', () => tune(machine)));
    return {
      name: 'webgpu',
      machine,
      kernel: machine.kernel,
      device: adapter!.name,
      limits,
    };
  },
  async wasm({ simdKernels, threads }) {
    const module = simdKernels === undefined ? undefined : await moduleAt(simdKernels);
    const crew =
      module && isCrewed(threads) ? threads.crew(await moduleAt(threads.kernels)) : undefined;
    await crew?.begun(BEGIN_MS);
    const machine = hostMachine(module, crew);
    return {
      name: 'wasm',
      machine,
      // In one thread, as small launches and models without shared memory are, and in all.
      ...(crew && {
        trials: [hostMachine(module), hostMachine(module, crew, 0)],
        threads: crew.size,
      }),
      kernel: machine.kernel,
      device: !module
        ? 'loops in JavaScript'
        : `WebAssembly with SIMD${crew ? `, ${crew.size} threads` : ''}`,
      limits: HOST_LIMITS,
    };
  },
  async cpu() {
    const machine = hostMachine();
    return { name: 'cpu', machine, kernel: 'host', device: 'JavaScript', limits: HOST_LIMITS };
  },
};

const wordsOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
