/**
 * @file Before a backend is trusted: one training step of a tiny model with every pattern, and every kernel
 * it launched, on the GPU or as SIMD, compared with the plain loops on the numbers it really had. Names the operation that is wrong.
 */
import * as tf from '@tensorflow/tfjs-core';
import { patterns, patternSpec } from '../attention/registry';
import { random } from '../core/random';
import { recorder, type LaunchRecord } from '../gpu/launch';
import { elementOf } from '../gpu/kernel';
import { matMul, type Form } from '../ops/matMul/matMul';
import type { ModelSpec } from '../spec/model';
import { AdamW, ADAMW } from './adamw';
import { initialWeights } from './weights';
import { Zebra } from './zebra';

/** Largest difference in the scale of the whole output: float32 sums in another order, exp and sqrt as a GPU may have them. */
const TOLERANCE = 1e-3;

const TINY: ModelSpec = {
  vocabulary: 12,
  context: 11,
  width: 16,
  heads: 2,
  kvHeads: 1,
  headDim: 8,
  hidden: 24,
  layers: patterns.all.map(({ id }) => patternSpec(id, { window: 3, chunk: 2 })),
  pool: 'post',
  ropeBase: 10_000,
  tied: true,
};

/** Throws an Error that names the first operation whose numbers are wrong. */
export async function selfTest(): Promise<void> {
  await checkProducts();
  const records: LaunchRecord[] = [];
  recorder.record = (launched) => records.push(launched);
  try {
    await trainOnce();
  } finally {
    recorder.record = undefined;
  }
  try {
    for (const record of records) await checkRecord(record);
  } finally {
    for (const { before, after } of records) tf.dispose([...before.values(), ...after.values()]);
  }
}

async function trainOnce(): Promise<void> {
  const { below } = random('self-test');
  const rows = 2 * TINY.context;
  const ids = () => Int32Array.from({ length: rows }, () => below(TINY.vocabulary));
  const batch = {
    tokens: tf.tensor1d(ids(), 'int32'),
    targets: tf.tensor1d(ids(), 'int32'),
    weights: tf.tensor1d(new Float32Array(rows).fill(1)),
    share: 1 / rows,
  };
  const model = new Zebra(TINY, initialWeights(TINY, 0));
  const optimizer = new AdamW(model.weights, ADAMW);
  const { report, gradients } = model.gradients(batch);
  const norm = optimizer.step(gradients, 0.01);
  const maps = model.maps(batch.tokens);
  const [loss, length] = [await report.data(), (await norm.data())[0]!];
  tf.dispose([report, norm, ...maps, batch.tokens, batch.targets, batch.weights]);
  optimizer.dispose();
  model.dispose();
  if (!(length > 0) || !loss.every(Number.isFinite)) {
    throw new Error(`a training step gave a gradient of length ${length}`);
  }
}

async function checkRecord({
  kernel,
  uniforms,
  constants,
  before,
  after,
}: LaunchRecord): Promise<void> {
  const buffers: Record<string, Float32Array | Int32Array> = {};
  for (const [name, spec] of Object.entries(kernel.buffers)) {
    const given = before.get(name);
    const Type = elementOf(spec) === 'i32' ? Int32Array : Float32Array;
    buffers[name] = given ? Type.from(await given.data()) : new Type(after.get(name)!.size);
  }
  if (!kernel.name.startsWith('matMul')) {
    kernel.host(buffers as Record<string, Float32Array>, uniforms, constants);
    for (const [name, tensor] of after) compare(kernel.name, await tensor.data(), buffers[name]!);
  }
}

async function checkProducts(): Promise<void> {
  const { normal } = random('self-test', 'products');
  const forms = ['NN', 'NT', 'TN'] as const satisfies readonly Form[];
  // Columns in tiles of 4, and in tiles of 8 with ragged rows.
  const sizes = [
    [12, 8, 20],
    [13, 8, 24],
  ] as const;
  for (const [form, [rows, inner, columns]] of forms.flatMap((f) =>
    sizes.map((s) => [f, s] as const),
  )) {
    const a = randomOf(form === 'TN' ? [inner, rows] : [rows, inner], normal);
    const b = randomOf(form === 'NT' ? [columns, inner] : [inner, columns], normal);
    const expected = new Float32Array(rows * columns);
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        for (let k = 0; k < inner; k++) {
          expected[r * columns + c]! +=
            a.values[form === 'TN' ? k * rows + r : r * inner + k]! *
            b.values[form === 'NT' ? c * inner + k : k * columns + c]!;
        }
      }
    }
    const product = matMul(a.tensor, b.tensor, form);
    compare(`matMul ${form}`, await product.data(), expected);
    tf.dispose([a.tensor, b.tensor, product]);
  }
}

function randomOf(shape: [number, number], normal: () => number) {
  const values = Float32Array.from({ length: shape[0] * shape[1] }, normal);
  return { values, tensor: tf.tensor2d(values, shape) };
}

function compare(name: string, got: ArrayLike<number>, expected: ArrayLike<number>): void {
  let [worst, scale] = [0, 1e-6];
  for (let i = 0; i < expected.length; i++) {
    scale = Math.max(scale, Math.abs(expected[i]!));
    const difference = Math.abs(got[i]! - expected[i]!);
    worst = Number.isNaN(difference) ? Infinity : Math.max(worst, difference);
  }
  if (worst > TOLERANCE * scale) {
    throw new Error(`${name} is off by ${(worst / scale).toPrecision(2)} of its largest number`);
  }
}
