/**
 * @file Chooses the machine: webgpu, then wasm, then plain loops, each with its reason in words.
 *
 * A machine is taken only after `selfTest` has passed on it. WebGPU on a software adapter and WebAssembly
 * share one processor; which is faster depends on it and on the model, so there a measurement decides, once
 * there is one: it takes a second or two, in which a person would wait.
 */
import type { KernelId } from '../attention/kernels';
import type { DeviceLimits } from '../core/limits';
import { START_PATIENCE, within } from '../core/patience';
import type { Crew } from './crew';
import { gpuMachine } from './gpuMachine';
import { hostMachine } from './hostMachine';
import type { Tiles } from '../program/tiles';
import type { Machine } from './machine';
import { findAdapter, openDevice, type Adapter, type Fault } from './webgpu';

type BackendName = 'webgpu' | 'wasm' | 'cpu';

export interface Backend {
  readonly name: BackendName;
  readonly machine: Machine;
  readonly kernel: KernelId;
  /** WebAssembly's threads; one where nothing is said. */
  readonly threads?: number;
  readonly device: string;
  readonly reason: string;
  readonly limits: DeviceLimits;
  /** WebGPU is here too, computed on the processor: a choice to be measured. */
  readonly software: boolean;
}

/** WebAssembly's memory and JavaScript's arrays both end at 4 GiB or before; a share of it is enough for anything sensible. */
export const HOST_LIMITS: DeviceLimits = { total: 1.5 * 2 ** 30, largestTensor: 2 ** 30 };

export interface Choice {
  readonly wanted: BackendName | 'auto';
  /** Runs every operation on a machine just started; throws, naming the operation, where one is wrong. */
  readonly selfTest: (machine: Machine) => Promise<void>;
  readonly onFault: (fault: Fault) => void;
  /** Where WebGPU is computed on the processor: which of the two ways to use it was measured to be faster for the model at hand. */
  readonly measured?: { readonly faster: 'webgpu' | 'wasm'; readonly words: string };
  /** The products' tiles that are fastest on a graphics card just started; without it the usual ones are taken. */
  readonly tune?: (machine: Machine) => Promise<Tiles>;
  /** Address of the compiled src/ops/simd.as.ts; without it loops are used. */
  readonly simdKernels?: string;
  /** Threads for WebAssembly, or in words why there is only one; one where nothing is said. */
  readonly threads?: Threads | string;
}

export interface Threads {
  /** Address of the kernels for shared memory. */
  readonly kernels: string;
  /** Threads for a module, with the one that launches. */
  crew(module: WebAssembly.Module): Crew;
}

type Started = Omit<Backend, 'reason' | 'software'> & {
  /** The same machine, made so that a test reaches everything. */
  readonly trial?: Machine;
};

const LABEL: Record<BackendName, string> = {
  webgpu: 'WebGPU',
  wasm: 'WebAssembly',
  cpu: 'JavaScript',
};

export async function chooseBackend(choice: Choice): Promise<Backend> {
  const { wanted } = choice;
  const passedOver: string[] = [];
  const found = wanted === 'auto' || wanted === 'webgpu' ? await findAdapter() : undefined;
  if (typeof found === 'string') passedOver.push(found);
  const adapter = typeof found === 'string' ? undefined : found;

  // WebGPU on a processor goes first only where it was measured to be faster.
  const software = wanted === 'auto' && adapter?.software === true;
  const names = order(wanted).filter((name) => name !== 'webgpu' || adapter);
  if (software && choice.measured?.faster !== 'webgpu') names.push(names.shift()!);
  if (software) {
    const known =
      choice.measured?.words ?? 'WebAssembly is taken, and both are timed in a quiet moment';
    passedOver.push(`This machine’s WebGPU is computed on the CPU (${adapter.name}); ${known}.`);
  }
  for (const name of names) {
    const started =
      (await start(name, choice, adapter, passedOver)) ??
      // Threads are given up before WebAssembly is.
      (name === 'wasm' && typeof choice.threads === 'object'
        ? await start(name, withoutThreads(choice), adapter, passedOver)
        : undefined);
    if (!started) continue;
    // First: what is measured later takes the place of the last sentence.
    if (name === 'wasm' && typeof choice.threads === 'string') passedOver.unshift(choice.threads);
    const best = name === 'webgpu' && wanted === 'auto' && passedOver.length === 0;
    if (best) {
      passedOver.push(
        `WebGPU is the fastest way here; its products run ${waysOf(started.machine)}.`,
      );
    }
    const asked = wanted === name ? ['You asked for it.'] : [];
    return { ...started, software, reason: [...passedOver, ...asked].join(' ') };
  }
  throw new Error(`This browser offers no way to compute. ${passedOver.join(' ')}`);
}

const withoutThreads = ({ threads: _, ...choice }: Choice): Choice => choice;

/** How products are computed, as a start-up measurement chose. */
const waysOf = ({ tiles }: Machine): string =>
  !tiles
    ? 'in small tiles'
    : tiles.shared
      ? 'through workgroup memory, as a short test found best'
      : `in tiles of ${tiles.tall} × ${4 * tiles.wide}, as a short test found best`;

/** What was asked for comes first; what is left is tried in the usual order behind it. */
function order(wanted: BackendName | 'auto'): BackendName[] {
  const all: BackendName[] = ['webgpu', 'wasm', 'cpu'];
  return wanted === 'auto' ? all : all.slice(all.indexOf(wanted));
}

/** The machine, tested; undefined with a reason in `passedOver` where it cannot be had. */
async function start(
  name: BackendName,
  choice: Choice,
  adapter: Adapter | undefined,
  passedOver: string[],
): Promise<Started | undefined> {
  try {
    return await within(
      START_PATIENCE,
      tested(START[name](choice, adapter), choice),
      `it did not finish after ${START_PATIENCE / 1000} s`,
    );
  } catch (cause) {
    passedOver.push(
      name === 'wasm' && typeof choice.threads === 'object'
        ? `WebAssembly could not be used with several threads (${wordsOf(cause)}).`
        : `${LABEL[name]} failed its self-test (${wordsOf(cause)}).`,
    );
    return undefined;
  }
}

async function tested(starting: Promise<Started>, { selfTest }: Choice): Promise<Started> {
  const { trial, ...started } = await starting;
  await selfTest(trial ?? started.machine);
  return started;
}

const START: Record<
  BackendName,
  (choice: Choice, adapter: Adapter | undefined) => Promise<Started>
> = {
  async webgpu({ onFault, tune }, adapter) {
    const { device, limits } = await openDevice(adapter!, onFault);
    const kernel = adapter!.software ? 'softwareGpu' : 'gpu';
    let machine = gpuMachine(device, kernel);
    if (kernel === 'gpu' && tune) machine = gpuMachine(device, kernel, await tune(machine));
    return {
      name: 'webgpu',
      machine,
      kernel: machine.kernel,
      device: adapter!.name,
      limits,
    };
  },
  async wasm({ simdKernels, threads }) {
    const module = simdKernels === undefined ? undefined : await load(simdKernels);
    const crew =
      module && typeof threads === 'object' ? threads.crew(await load(threads.kernels)) : undefined;
    const machine = hostMachine(module, crew);
    return {
      name: 'wasm',
      machine,
      ...(crew && { trial: hostMachine(module, crew, 0), threads: crew.size }),
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

/** Rejects where the file is not there or the machine knows no SIMD. */
async function load(url: string): Promise<WebAssembly.Module> {
  // Against this module: the location of a worker may be a blob:, against which no path resolves.
  const answer = await fetch(new URL(url, import.meta.url));
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return WebAssembly.compile(await answer.arrayBuffer());
}

const wordsOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
