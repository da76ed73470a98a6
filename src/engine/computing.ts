/**
 * @file What the engine computes with: our programs on a machine, or TensorFlow.js, which is loaded only on request.
 */
import { chooseBackend, type Backend, type Choice } from '../machines/backend';
import type { BackendInfo } from '../workers/train/runState';
import type { Models } from '../train/model';
import { zebras } from '../train/zebra';

export interface Computing {
  readonly info: BackendInfo;
  readonly models: Models;
  /** The machine of our programs, if our programs compute. */
  readonly own?: Backend;
  /** Whether it uses a device that may be lost or report errors. */
  readonly fallible: boolean;
}

export interface ComputingChoice extends Omit<Choice, 'wanted'> {
  readonly wanted: Choice['wanted'] | 'tfjs';
  /** Avoid the graphics device: its numbers cannot be trusted, or it went away for good. */
  readonly withoutGpu?: boolean;
}

/** Rejects with NoBackend if nothing works; a request for TensorFlow.js has no fallback. */
export async function chooseComputing(choice: ComputingChoice): Promise<Computing> {
  const { wanted, withoutGpu = false, onFault } = choice;
  if (wanted === 'tfjs') {
    const { startTfjs } = await import('../reference/tfjs');
    const { models, ...info } = await startTfjs({ onFault, withoutGpu });
    return {
      info: { name: 'tfjs', kernel: models.kernel, ...info },
      models,
      fallible: models.where === 'gpu',
    };
  }
  const own = await chooseBackend({ ...choice, wanted: withoutGpu ? 'wasm' : wanted });
  const { machine, software: _, ...info } = own;
  return { info, models: zebras(machine), own, fallible: info.name === 'webgpu' };
}
