/** @file Why the written-out step can be trusted: finite differences, float64, and training compared with the tape. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { random } from '../../src/core/random';
import { hostMachine } from '../../src/machines/hostMachine';
import { resultOf, wholeOf } from '../../src/machines/machine';
import { arenaOf, pack } from '../../src/model/arena';
import { bundleOf } from '../../src/model/bundle';
import { ADAMW } from '../../src/model/adamw';
import { initialWeights } from '../../src/model/weights';
import { accessOf, type BufferSpec } from '../../src/program/kernel';
import { referenceLogits, referenceLoss } from '../../src/reference/reference';
import { weightTable, type ModelSpec } from '../../src/spec/model';
import { shareOf, Zebra } from '../../src/train/zebra';
import { ExactSession } from '../support/exact';
import { size } from '../support/deep';
import { relativeError } from '../support/fixtures';
import { batchOf, TRUSTED, TRUSTED_BATCH } from '../support/trust';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const VARIANTS: readonly (readonly [string, ModelSpec])[] = [
  ['keys averaged after rotation, tied head', TRUSTED],
  ['keys averaged before rotation, own head', { ...TRUSTED, pool: 'pre', tied: false }],
];

/** A step at learning rate 0, for its gradients. */
const valuesOf = (batch: ReturnType<typeof batchOf>, rate = 0) => ({
  share: shareOf(batch),
  slot: 0,
  rate,
  shrink: 1,
  correct1: 1 - ADAMW.beta1,
  correct2: 1 - ADAMW.beta2,
});

function load(session: { write(name: string, values: never): void }, m: ModelSpec) {
  const batch = batchOf(m, 1);
  session.write('weights', pack(arenaOf(m), initialWeights(m, 3)) as never);
  session.write('tokens', batch.tokens as never);
  session.write('targets', batch.targets as never);
  session.write('scored', batch.weights as never);
  return batch;
}

describe.each(VARIANTS)('%s', (_, m) => {
  test('every gradient matches finite differences of the loss in float64', () => {
    const bundle = bundleOf(m, { batch: TRUSTED_BATCH });
    const session = new ExactSession(bundle);
    const batch = load(session, m);
    session.run('train', valuesOf(batch));
    const gradients = session.exact(wholeOf(bundle, 'gradients'));
    const weights = session.buffers.get('weights') as Float64Array;
    const lossNow = () => {
      session.run('evaluate', { share: shareOf(batch) });
      const rows = session.exact(resultOf(bundle, 'evaluate', 'report'));
      return rows.reduce((sum, x, i) => (i % 2 === 0 ? sum + x : sum), 0) * shareOf(batch);
    };
    const { below } = random('finite differences');
    for (const [name, { at, rows, columns, stride }] of arenaOf(m).places) {
      for (let tries = 0; tries < 3; tries++) {
        const i = at + below(rows) * stride + below(columns);
        const [was, h] = [weights[i]!, 1e-5];
        weights[i] = was + h;
        const up = lossNow();
        weights[i] = was - h;
        const down = lossNow();
        weights[i] = was;
        expect(gradients[i], name).toBeCloseTo((up - down) / (2 * h), 7);
      }
    }
  });

  test('every launch in float32 is within rounding of float64, on the same inputs', async () => {
    const bundle = bundleOf(m, { batch: TRUSTED_BATCH });
    const exact = new ExactSession(bundle);
    const session = await hostMachine().open(bundle);
    const batch = load(exact, m);
    load(session as never, m);
    for (const [i, { kernel, buffers }] of bundle.programs['train']!.launches.entries()) {
      exact.run('train', valuesOf(batch), i);
      session.run('train', valuesOf(batch), i);
      for (const [name, spec] of Object.entries(kernel.buffers) as [string, BufferSpec][]) {
        const part = buffers[name]!;
        if (accessOf(spec) === 'read' || part.buffer.startsWith('nothing')) continue;
        const expected = exact.exact(part);
        const got = await session.read(part, 'train');
        // Values that no launch has written yet are NaN in float64, and leftovers in a shared slot.
        const known = [...expected.keys()].filter((at) => !Number.isNaN(expected[at]!));
        const error = relativeError(
          known.map((at) => got[at]!),
          known.map((at) => expected[at]!),
        );
        expect(error, `${kernel.name} ${name}`).toBeLessThan(2e-5);
      }
    }
  });

  test('no launch reads a number that was never written', () => {
    const bundle = bundleOf(m, { batch: TRUSTED_BATCH });
    const session = new ExactSession(bundle);
    const batch = load(session, m);
    session.run('train', valuesOf(batch, 0.01));
    for (const name of ['weights', 'gradients', 'm', 'v', 'ring']) {
      expect(session.exact(wholeOf(bundle, name)).every(Number.isFinite), name).toBe(true);
    }
  });

  test('training gives the loss curve of the tape', { timeout: 240_000 }, async () => {
    const steps = size('tapeSteps');
    const rate = 0.005;
    const model = await Zebra.open(hostMachine(), m, initialWeights(m, 3), {
      batch: TRUSTED_BATCH,
    });
    for (let step = 1; step <= steps; step++) model.train(batchOf(m, step), rate);
    const fused = (await model.reports()).map(({ loss }) => loss);
    const taped = await tapedLosses(m, steps, rate);
    expect(fused[0]).toBeGreaterThan(2.3); // ln 13 = 2.56
    expect(fused.at(-1)).toBeLessThan(steps < 200 ? 2 : 1.3);
    // Both are float32 and add in another order; AdamW divides by √v, which makes small gradients' rounding count
    // fully. The difference grows from 1e-7 to some 1e-5 in 200 steps; a wrong term shows at once.
    for (let i = 0; i < steps; i++) expect(Math.abs(fused[i]! - taped[i]!)).toBeLessThan(1e-3);
    for (let i = 0; i < 20; i++) expect(Math.abs(fused[i]! - taped[i]!)).toBeLessThan(1e-5);
  });
});

/** The specification, trained: composed operations, gradients by the tape, AdamW and clipping on plain arrays. */
async function tapedLosses(m: ModelSpec, steps: number, rate: number): Promise<number[]> {
  const { beta1, beta2, eps, decay, clip } = ADAMW;
  const table = weightTable(m);
  const start = initialWeights(m, 3);
  const weights = table.map(({ name }) => Float64Array.from(start.get(name)!));
  const [first, second] = [0, 0].map(() => weights.map((w) => new Float64Array(w.length)));
  const losses: number[] = [];
  for (let step = 1; step <= steps; step++) {
    const batch = batchOf(m, step);
    const { value, grads } = tf.tidy(() => {
      const loss = (...tensors: tf.Tensor[]) =>
        referenceLoss(
          referenceLogits(
            m,
            Object.fromEntries(table.map(({ name }, i) => [name, tensors[i]!])),
            tf.tensor2d(batch.tokens, [TRUSTED_BATCH, m.context], 'int32'),
          ),
          tf.tensor1d(batch.targets, 'int32'),
          tf.tensor1d(batch.weights),
        );
      return tf.valueAndGrads(loss)(
        table.map(({ shape }, i) => tf.tensor(Float32Array.from(weights[i]!), [...shape])),
      );
    });
    losses.push((await value.data())[0]!);
    const gradients = await Promise.all(
      grads.map(async (gradient) => Float64Array.from(await gradient.data())),
    );
    tf.dispose([value, ...grads]);
    const norm = Math.sqrt(gradients.reduce((sum, g) => sum + g.reduce((a, x) => a + x * x, 0), 0));
    const scale = Math.min(1, clip / (norm + 1e-6));
    weights.forEach((w, n) => {
      const [mn, vn] = [first![n]!, second![n]!];
      for (let i = 0; i < w.length; i++) {
        const g = gradients[n]![i]! * scale;
        mn[i] = beta1 * mn[i]! + (1 - beta1) * g;
        vn[i] = beta2 * vn[i]! + (1 - beta2) * g * g;
        const mean = mn[i]! / (1 - beta1 ** step);
        const spread = Math.sqrt(vn[i]! / (1 - beta2 ** step)) + eps;
        w[i] = w[i]! * (1 - rate * decay) - (rate * mean) / spread;
      }
    });
  }
  return losses;
}
