/**
 * @file If WebGPU is emulated on the CPU, it and WebAssembly are timed once, and their times predicted for each model.
 */
import type { StepTimes } from '../core/backendFacts';
import { gpuMachine } from '../machines/gpuMachine';
import type { Machine } from '../machines/machine';
import { findAdapter, openDevice } from '../machines/webgpu';
import { modelSpecOf } from '../spec/model';
import type { RunSpec } from '../spec/run';
import { predictStep, timeBoth, type Speed } from '../train/speed';

/** Milliseconds without any activity before both are timed. */
const QUIET = 2000;

export class Timing {
  /** The measured speeds; they stay the same as long as the page is open. */
  #speeds: { readonly wasm: Speed; readonly gpu: Speed } | undefined;
  #timing = false;

  /** Predicted milliseconds per step of these settings with each backend; undefined before both were timed. */
  predict(spec: RunSpec): StepTimes | undefined {
    if (!this.#speeds) return undefined;
    const model = modelSpecOf(spec);
    return {
      wasm: predictStep(this.#speeds.wasm, model, spec.batch, 'simd'),
      webgpu: predictStep(this.#speeds.gpu, model, spec.batch, 'softwareGpu'),
    };
  }

  /**
   * Times `wasm` and the software adapter with a model of `quiet`, which gives undefined while the machine is busy.
   * Returns true if there are new times.
   */
  async inQuiet(wasm: Machine, quiet: () => RunSpec | undefined): Promise<boolean> {
    if (this.#speeds || this.#timing) return false;
    this.#timing = true;
    try {
      await new Promise((resolve) => setTimeout(resolve, QUIET));
      const spec = quiet();
      const adapter = spec && (await findAdapter());
      if (!adapter || 'kind' in adapter) return false;
      // A device of its own: whatever happens to it affects no run.
      const { device } = await openDevice(adapter, () => {});
      this.#speeds = await timeBoth(
        wasm,
        gpuMachine(device, 'gpu'),
        gpuMachine(device, 'softwareGpu'),
        modelSpecOf(spec),
        spec.batch,
      );
      device.destroy();
      return true;
    } catch {
      return false; // whatever is running continues
    } finally {
      this.#timing = false;
    }
  }
}
