/**
 * @file The backend the engine computes on: which one is in use, whether it still suits the models, and what the page
 * is told about it.
 */
import type { FewerThreads, Fault } from '../core/backendFacts';
import { START_TIMEOUT_MS, within } from '../core/patience';
import { fasterOf } from '../machines/backend';
import type { BackendInfo } from '../workers/train/runState';
import simdKernels from '../ops/simd.wasm?url';
import type { RunSpec } from '../spec/run';
import { kindsIn, kindsToTest, type LayerKind } from '../train/layerKinds';
import { selfTest, tinyLayers } from '../train/selfTest';
import { bestTiles } from '../train/speed';
import { chooseComputing, type Computing } from './computing';
import { threadsHere } from './threads';
import { Timing } from './timing';

interface Listener {
  /** The device in use cannot be used any more. */
  onFault(fault: Fault): void;
  /** More became known about the backend in use. */
  onNews(info: BackendInfo): void;
}

export class Backends {
  #computing: Computing | undefined;
  #wanted: RunSpec['backend'] | undefined;
  #fault: Fault | undefined;
  readonly #fewer = new FewerKnown();
  /** Kinds of layers of the models so far; the backend in use was tested with what `kindsToTest` gives for them. */
  #kinds: ReadonlySet<LayerKind> = new Set();
  #choosing = false;
  readonly #timing = new Timing();

  constructor(private readonly listener: Listener) {}

  /** Undefined before the first choice. */
  get computing(): Computing | undefined {
    return this.#computing;
  }

  /** The fault of the device in use. */
  get fault(): Fault | undefined {
    return this.#fault;
  }

  /** The fault was on a device that no run uses any more. */
  forgive(): void {
    this.#fault = undefined;
  }

  /**
   * Whether the backend in use is the one these models request, works, and is not known to be the slower one. If
   * `others` run on it, it may be slower, because compared runs stay on one machine.
   */
  async suits(specs: readonly RunSpec[], others: boolean): Promise<boolean> {
    const [spec] = specs as [RunSpec];
    const computing = this.#computing;
    if (!computing || this.#fault || this.#wanted !== spec.backend) return false;
    if (!others && this.slowFor(spec)) return false;
    return this.#passesWith(computing, kindsIn(specs));
  }

  /** Switches to the backend these models request. Rejects with NoBackend. */
  async choose(specs: readonly RunSpec[], withoutGpu = false): Promise<void> {
    const [spec] = specs as [RunSpec];
    this.#fault = undefined;
    const kinds = kindsIn(specs);
    this.#choosing = true; // a thread that is stuck in the self-test fails it, and disturbs no run
    const computing = await chooseComputing({
      wanted: spec.backend,
      withoutGpu,
      selfTest: async (machine) => {
        await selfTest(machine, tinyLayers(kindsToTest(machine.kernel, kinds)));
        if (this.#fault) throw new Error(`the graphics device failed: ${this.#fault.message}`);
      },
      steps: this.#timing.predict(spec),
      tune: bestTiles,
      onFault: (fault) => this.#faulty(fault),
      simdKernels,
      threads: threadsHere((fact) => this.#fewerThreads(fact)),
    }).finally(() => (this.#choosing = false));
    this.#computing = this.#fewer.in(computing);
    this.#kinds = kinds;
    this.#fault = undefined; // of a backend that was passed over
    this.#wanted = spec.backend;
  }

  /**
   * Times both ways to use this CPU, WebAssembly and emulated WebGPU, if there is a choice; `quiet` as for Timing. Then
   * calls `settle`.
   */
  async timeWhenIdle(quiet: () => RunSpec | undefined, settle: () => void): Promise<void> {
    const { own } = this.#computing ?? {};
    if (!own?.software || own.name !== 'wasm' || this.#wanted !== 'auto') return;
    const same = () => this.#computing?.own === own;
    if (await this.#timing.inQuiet(own.machine, () => (same() ? quiet() : undefined))) settle();
  }

  /**
   * Whether both ways to use this CPU are available, and the one in use was measured to be the slower one for this
   * model.
   */
  slowFor(spec: RunSpec): boolean {
    const steps = this.#wanted === 'auto' ? this.#timing.predict(spec) : undefined;
    return steps !== undefined && fasterOf(steps) !== this.#computing?.info.name;
  }

  /** Tells the page the measured times of both for this model. */
  tellTimes(spec: RunSpec): void {
    const steps = this.#timing.predict(spec);
    if (!steps || !this.#computing) return;
    const { info } = this.#computing;
    const why = info.why.map((fact) =>
      fact.kind === 'softwareAdapter' ? { ...fact, decided: steps } : fact,
    );
    this.#tell({ ...this.#computing, info: { ...info, why } });
  }

  /** Before a model is opened: whether its memory can be shared is not known yet. */
  opening(): void {
    this.#fewer.memory = undefined;
    if (this.#computing) this.#computing = this.#fewer.in(this.#computing);
  }

  #fewerThreads(fact: FewerThreads): void {
    if (fact.kind === 'noSharedMemory') this.#fewer.memory = fact;
    else this.#fewer.threads = fact;
    if (!this.#computing?.info.threads) return;
    this.#tell(this.#fewer.in(this.#computing));
    if (fact.kind === 'threadStuck' && !this.#choosing)
      this.#faulty({ kind: 'stuck', message: '' });
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

  /** Tests the machine with those of these kinds that it was not tested with yet. */
  async #passesWith({ own }: Computing, kinds: ReadonlySet<LayerKind>): Promise<boolean> {
    if (!own) return true;
    const { machine } = own;
    const tested = kindsToTest(machine.kernel, this.#kinds);
    const missing = [...kindsToTest(machine.kernel, kinds)].filter((kind) => !tested.has(kind));
    if (missing.length === 0) return true;
    try {
      const layers = tinyLayers(new Set(missing));
      await within(START_TIMEOUT_MS, selfTest(machine, layers), 'it timed out');
    } catch {
      return false; // the machine is chosen again, and the choice gives the reason
    }
    if (this.#fault) return false;
    this.#kinds = new Set([...this.#kinds, ...kinds]);
    return true;
  }
}

/** What is known about missing threads of WebAssembly. */
class FewerKnown {
  /** The latest news about the threads themselves. */
  threads: FewerThreads | undefined;
  /** The memory of the model that was opened last. */
  memory: FewerThreads | undefined;

  /** The same computing, with the news first among its reasons. */
  in(computing: Computing): Computing {
    const { info } = computing;
    if (!info.threads) return computing;
    const news = [this.memory, this.threads].filter((fact) => fact !== undefined);
    const others = info.why.filter(({ kind }) => !FEWER.has(kind));
    return { ...computing, info: { ...info, why: [...news, ...others] } };
  }
}

const FEWER: ReadonlySet<string> = new Set<FewerThreads['kind']>([
  'threadsLost',
  'threadStuck',
  'noSharedMemory',
]);
