/** @file The engines that are timed: the same model, the same data, one training step at a time. */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-webgpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import { chooseBackend } from '../../src/machines/backend';
import type { Machine } from '../../src/machines/machine';
import { ADAMW } from '../../src/model/adamw';
import { initialWeights } from '../../src/model/weights';
import simdKernels from '../../src/ops/simd.wasm?url';
import { referenceLogits, referenceLoss } from '../../src/reference/reference';
import { weightTable } from '../../src/spec/model';
import { ENGINES, type EngineId } from './engineIds';
import { jaxModel } from './jax';
import { dataOf, modelOf, RATE, zebra, type Size, type Steppable } from './models';
import { nanogpt } from './nanogptFrame';
import { zebraThreads } from './zebraThreads';

/** Stock tfjs has one backend in use globally. */
export async function use(engine: EngineId): Promise<void> {
  const { library, way } = ENGINES[engine];
  if (library !== 'tfjs') return;
  setWasmPaths({
    'tfjs-backend-wasm.wasm': plain,
    'tfjs-backend-wasm-simd.wasm': simd,
    'tfjs-backend-wasm-threaded-simd.wasm': threaded,
  });
  if (!(await tf.setBackend(way))) throw new Error(`tfjs has no ${way} here`);
}

const machines = new Map<string, Promise<Machine>>();

export function machineOf(engine: EngineId, onFault: (message: string) => void): Promise<Machine> {
  const wanted = ENGINES[engine].way === 'webgpu' ? 'webgpu' : 'wasm';
  let machine = machines.get(wanted);
  if (!machine) {
    machine = chooseBackend({
      wanted,
      selfTest: async () => {},
      onFault: ({ message }) => onFault(message),
      simdKernels,
    }).then((backend) => {
      if (backend.name === wanted) return backend.machine;
      throw new Error(`${wanted} is not to be had here; ${backend.name} would be used`);
    });
    machines.set(wanted, machine);
  }
  return machine;
}

export async function build(
  engine: EngineId,
  size: Size,
  plan: string,
  onFault: (message: string) => void,
): Promise<Steppable> {
  const { library, way } = ENGINES[engine];
  if (library === 'jax-js') return jax(way === 'webgpu' ? way : 'wasm', size, plan);
  if (library === 'tfjs') return stock(size, plan);
  if (library === 'nanogpt') return nanogpt(way, engine.endsWith('half'), size);
  if (engine === 'zebra-wasm-threads') return zebraThreads(size, plan);
  return zebra(await machineOf(engine, onFault), size, plan);
}

/** The composed model, the tape, and tf.train.adam: the code one writes with tfjs alone. */
function stock(size: Size, plan: string): Steppable {
  const data = dataOf(size);
  const spec = modelOf(size, plan);
  const start = initialWeights(spec, 1);
  const weights = weightTable(spec).map(({ name, shape }, i) => {
    const tensor = tf.tensor(start.get(name)!, [...shape]);
    const variable = tf.variable(tensor, true, `bench-${performance.now()}-${i}`);
    tensor.dispose();
    return [name, variable] as const;
  });
  const byName = Object.fromEntries(weights);
  const tokens = tf.tensor2d(data.tokens, [size.B, size.T], 'int32');
  const targets = tf.tensor1d(data.targets, 'int32');
  const ones = tf.ones([data.rows]) as tf.Tensor1D;
  const optimizer = tf.train.adam(RATE);
  return {
    async step() {
      const loss = optimizer.minimize(
        () => referenceLoss(referenceLogits(spec, byName, tokens), targets, ones),
        true,
        weights.map(([, variable]) => variable),
      )!;
      const value = (await loss.data())[0] as number;
      loss.dispose();
      await weights[0]![1].data(); // the update is done too
      return value;
    },
    peakBytes: undefined,
    dispose() {
      optimizer.dispose();
      tf.dispose([tokens, targets, ones, ...weights.map(([, variable]) => variable)]);
    },
  };
}

/** The same weights, data and optimizer as ours, in jax-js. */
async function jax(device: 'webgpu' | 'wasm', size: Size, plan: string): Promise<Steppable> {
  const { tokens, targets } = dataOf(size);
  const spec = modelOf(size, plan);
  const weights = initialWeights(spec, 1);
  const model = await jaxModel(device, { spec, weights, tokens, targets, rate: RATE, ...ADAMW });
  return { ...model, peakBytes: undefined };
}
