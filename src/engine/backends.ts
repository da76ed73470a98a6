/** @file What the engine computes on: which way is in use, whether it still suits, and what the page is told of it. */
import { inTiles } from '../attention/layout';
import type { FewerThreads, Fault } from '../core/backendFacts';
import { START_TIMEOUT_MS, within } from '../core/patience';
import { fasterOf } from '../machines/backend';
import type { Machine } from '../machines/machine';
import type { BackendInfo } from '../workers/train/runState';
import simdKernels from '../ops/simd.wasm?url';
import { layersOf, type RunSpec } from '../spec/run';
import { IN_RUNS, IN_TILES, selfTest, TINY } from '../train/selfTest';
import { bestTiles } from '../train/speed';
import { chooseComputing, type Computing } from './computing';
import { threadsHere } from './threads';
import { Timing } from './timing';

interface Listener {
  /** The device in use cannot be used any more. */
  onFault(fault: Fault): void;
  /** There is more to say of what is in use. */
  onNews(info: BackendInfo): void;
}

export class Backends {
  #computing: Computing | undefined;
  #wanted: RunSpec['backend'] | undefined;
  #fault: Fault | undefined;
  #fewer: FewerThreads | undefined;
  /**
   * Whether any layer so far used a tiled mask. Their kernels are compiled and tested when the first one arrives, if
   * that is slow: on a GPU, and above all where the processor stands in for one.
   */
  #tiles = false;
  readonly #timing = new Timing();

  constructor(private readonly listener: Listener) {}

  /** Undefined before the first choice. */
  get computing(): Computing | undefined {
    return this.#computing;
  }

  /** What is wrong with the device in use. */
  get fault(): Fault | undefined {
    return this.#fault;
  }

  /** It was a fault of a device that nothing runs on any more. */
  forgive(): void {
    this.#fault = undefined;
  }

  /** Whether what is in use is what these models ask for, works, and is not known to be the slower way; with `others` on it, it may be: runs that are compared stay on one machine. */
  async suits(specs: readonly RunSpec[], others: boolean): Promise<boolean> {
    const [spec] = specs as [RunSpec];
    const computing = this.#computing;
    if (!computing || this.#fault || this.#wanted !== spec.backend) return false;
    if (!others && this.slowFor(spec)) return false;
    if (this.#tiles || !specs.some(hasTiles)) return true;
    return (this.#tiles = await this.#passesInTiles(computing));
  }

  /** Takes what these models ask for. Rejects with NoBackend. */
  async choose(specs: readonly RunSpec[], withoutGpu = false): Promise<void> {
    const [spec] = specs as [RunSpec];
    this.#fault = undefined;
    this.#tiles ||= specs.some(hasTiles);
    const computing = await chooseComputing({
      wanted: spec.backend,
      withoutGpu,
      selfTest: async (machine) => {
        await selfTest(machine, this.#tiles || !compiles(machine) ? TINY.layers : IN_RUNS);
        if (this.#fault) throw new Error(`the graphics device failed: ${this.#fault.message}`);
      },
      steps: this.#timing.predict(spec),
      tune: bestTiles,
      onFault: (fault) => this.#faulty(fault),
      simdKernels,
      threads: threadsHere((fact) => this.#fewerThreads(fact)),
    });
    this.#computing = withFewer(computing, this.#fewer);
    this.#fault = undefined; // of a backend that was passed over
    this.#wanted = spec.backend;
  }

  /** Times both ways to use this processor where there is a choice; `quiet` as for Timing. Then calls `settle`. */
  async timeWhenIdle(quiet: () => RunSpec | undefined, settle: () => void): Promise<void> {
    const { own } = this.#computing ?? {};
    if (!own?.software || own.name !== 'wasm' || this.#wanted !== 'auto') return;
    const same = () => this.#computing?.own === own;
    if (await this.#timing.inQuiet(own.machine, () => (same() ? quiet() : undefined))) settle();
  }

  /** Whether both ways to use this processor are open, and the one in use was measured to be the slower for this model. */
  slowFor(spec: RunSpec): boolean {
    const steps = this.#wanted === 'auto' ? this.#timing.predict(spec) : undefined;
    return steps !== undefined && fasterOf(steps) !== this.#computing?.info.name;
  }

  /** Tells the page what was measured of both for this model. */
  tellTimes(spec: RunSpec): void {
    const steps = this.#timing.predict(spec);
    if (!steps || !this.#computing) return;
    const { info } = this.#computing;
    const why = info.why.map((fact) =>
      fact.kind === 'softwareAdapter' ? { ...fact, decided: steps } : fact,
    );
    this.#tell({ ...this.#computing, info: { ...info, why } });
  }

  #fewerThreads(fact: FewerThreads): void {
    this.#fewer = fact;
    if (this.#computing?.info.threads) this.#tell(withFewer(this.#computing, fact));
  }

  #tell(computing: Computing): void {
    this.#computing = computing;
    this.listener.onNews(computing.info);
  }

  #faulty(fault: Fault): void {
    if (this.#fault) return;
    this.#fault = fault;
    this.listener.onFault(fault);
  }

  async #passesInTiles({ own }: Computing): Promise<boolean> {
    if (!own || !compiles(own.machine)) return true; // tested at startup
    try {
      await within(START_TIMEOUT_MS, selfTest(own.machine, IN_TILES), 'it timed out');
      return !this.#fault;
    } catch {
      return false; // it is chosen again, which says why
    }
  }
}

/** What became of WebAssembly's threads goes first, and only the last that is known. */
function withFewer(computing: Computing, fewer: FewerThreads | undefined): Computing {
  const { info } = computing;
  if (!fewer || !info.threads) return computing;
  const others = info.why.filter(({ kind }) => !FEWER.has(kind));
  return { ...computing, info: { ...info, why: [fewer, ...others] } };
}

const FEWER: ReadonlySet<string> = new Set<FewerThreads['kind']>([
  'threadsLost',
  'threadStuck',
  'noSharedMemory',
]);

/** An invalid model has no layers; it is refused when it is opened. */
function hasTiles(spec: RunSpec): boolean {
  try {
    return layersOf(spec).some(inTiles);
  } catch {
    return false;
  }
}

/** Whether the machine has to compile each kernel before testing it. */
const compiles = ({ kernel }: Machine): boolean => kernel === 'gpu' || kernel === 'softwareGpu';
