/**
 * @file A training step of @genai-fi/nanogpt: its own model, loss, AdamW and kernels, on one of its backends.
 *
 * The model is NanoGPTV1, the closer of its two to ours. Its default, NanoGPTV2, has no kernels for WebGL and cpu.
 *
 * It runs in a frame of its own (nanogptFrame.ts). The package bundles a copy of TensorFlow.js with a changed WebGPU
 * backend, and copies on one page share one engine and one registry of kernels. scripts/bench/peers holds the package,
 * which is installed only for the bench; the types below are the part of it that is used.
 */
import { ADAMW } from '../../src/model/adamw';
import { callsSoFar } from './calls';
import { dataOf, RATE, type Size, type Steppable } from './models';

const PACKAGE = '/scripts/bench/peers/node_modules/@genai-fi/nanogpt/dist';

interface Tensor {
  readonly size: number;
  data(): Promise<Float32Array>;
  dispose(): void;
}

interface Model {
  readonly variables: readonly Tensor[];
  dispose(): void;
}

interface Trainer {
  setMixedPrecision(enabled: boolean): void;
  trainStep(state: object, batch: { readonly xs: Tensor; readonly ys: Tensor }): Tensor;
  dispose(): void;
}

interface Engine {
  readonly backendName: string;
  makeTensor(values: Int32Array, shape: readonly number[], dtype: 'int32'): Tensor;
}

export interface NanogptSetup {
  readonly backend: string;
  readonly half: boolean;
  readonly size: Size;
}

export interface Nanogpt extends Steppable {
  /** Counted from the model's variables. */
  parameters(): number;
}

async function open({ backend, half, size }: NanogptSetup): Promise<Nanogpt> {
  const at = (path: string) => import(/* @vite-ignore */ `${PACKAGE}/${path}.js`);
  const [{ models }, { selectBackend }, { default: BasicTrainer }] = await Promise.all(
    ['main', 'backend', 'training/BasicTrainer'].map(at),
  );
  await selectBackend(backend);
  const engine = (globalThis as unknown as { _tfengine: Engine })._tfengine;
  if (engine.backendName !== backend) throw new Error(`it uses ${engine.backendName} instead`);
  const { B, T, D } = size;
  const model: Model = new models.NanoGPTV1({
    vocabSize: 64,
    blockSize: T,
    nLayer: 4,
    nHead: 4,
    nEmbed: D,
    mlpFactor: 4,
  });
  // Its schedule, from one rate to the same rate: constant.
  const trainer: Trainer = new BasicTrainer(model, undefined, {
    learningRate: RATE,
    minLearningRate: RATE,
    warmupSteps: 0,
    beta1: ADAMW.beta1,
    beta2: ADAMW.beta2,
    epsilon: ADAMW.eps,
    weightDecay: ADAMW.decay, // no clipping, its default: on WebGL and cpu it has no kernel for that
  });
  trainer.setMixedPrecision(half);
  const { tokens, targets } = dataOf(size);
  const xs = engine.makeTensor(tokens, [B, T], 'int32');
  const ys = engine.makeTensor(targets, [B, T], 'int32');
  return {
    async step() {
      const loss = trainer.trainStep({}, { xs, ys });
      const [value] = await loss.data();
      loss.dispose();
      await model.variables[0]!.data(); // the update is done too
      return value!;
    },
    calls: callsSoFar,
    parameters: () => model.variables.reduce((sum, { size }) => sum + size, 0),
    peakBytes: undefined,
    dispose() {
      trainer.dispose();
      model.dispose();
      xs.dispose();
      ys.dispose();
    },
  };
}

Object.assign(globalThis, { openNanogpt: open });
document.title = 'Bench: nanogpt is ready';
