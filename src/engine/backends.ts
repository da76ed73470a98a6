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
  #fewer: FewerThreads | undefined;
  /** Kinds of layers of the models so far; the backend in use was tested with what `kindsToTest` gives for them. */
  #kinds: ReadonlySet<LayerKind> = new Set();
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
    });
    this.#computing = withFewer(computing, this.#fewer);
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

/** The news about WebAssembly's threads goes first, and only the latest. */
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
