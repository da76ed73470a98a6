/** @file The whole model against the PyTorch numbers; run on every machine by the files that import it. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { arenaOf, unpack } from '../../src/model/arena';
import { referenceLogits, referenceLoss } from '../../src/reference/reference';
import { weightTable } from '../../src/spec/model';
import type { Models } from '../../src/train/model';
import { Zebra } from '../../src/train/zebra';
import { fixture, fixtureNames, relativeError } from './fixtures';

const TOLERANCE = 1e-4; // float32 sums in another order

export function describeFixtures(models: () => Models): void {
  describe.each(fixtureNames)('the model agrees with PyTorch: %s', (name) => {
    const f = fixture(name);
    const T = f.spec.context;
    const B = f.tokens.length / T;
    const batch = {
      tokens: f.tokens,
      targets: f.targets,
      weights: new Float32Array(B * T).fill(1),
    };
    const { adamw } = f.expected;
    const open = () =>
      models().open(f.spec, f.weights, {
        batch: B,
        adamw: { ...adamw, decay: adamw.weightDecay, clip: adamw.clipNorm },
      });

    test('logits', async () => {
      const model = await open();
      for (let b = 0; b < B; b++) {
        const logits = await model.logits(f.tokens.slice(b * T, (b + 1) * T));
        const V = f.spec.vocabulary;
        const expected = f.logits.slice(b * T * V, (b + 1) * T * V);
        expect(relativeError(logits, expected)).toBeLessThan(TOLERANCE);
      }
      model.dispose();
    });

    test('loss and every gradient', async () => {
      const model = await open();
      model.train(batch, 0);
      const [report] = await model.reports();
      expect(report!.loss).toBeCloseTo(f.expected.loss, 4);
      // After one step AdamW's first moment is (1 − β₁) times the clipped gradient.
      const scale = (1 - adamw.beta1) * Math.min(1, adamw.clipNorm / (report!.gradNorm + 1e-6));
      const { m } = await model.snapshot();
      const gradients =
        model instanceof Zebra
          ? await model.gradients()
          : unpack(
              arenaOf(f.spec),
              m.map((x) => x / scale),
            );
      expect([...gradients.keys()].sort()).toEqual([...f.gradients.keys()].sort());
      for (const [weight, gradient] of gradients) {
        const error = relativeError(gradient, f.gradients.get(weight)!);
        expect(error, weight).toBeLessThan(TOLERANCE);
      }
      model.dispose();
    });

    test('five steps of AdamW', async () => {
      const model = await open();
      for (let i = 0; i < adamw.lossAndGradNorm.length; i++) model.train(batch, adamw.lr);
      const reports = await model.reports();
      expect(reports).toHaveLength(5);
      adamw.lossAndGradNorm.forEach(([loss, gradNorm], i) => {
        expect(reports[i]!.loss).toBeCloseTo(loss, 3);
        expect(reports[i]!.gradNorm).toBeCloseTo(gradNorm, 3);
      });
      model.dispose();
    });

    test('evaluating gives the loss of the batch and changes nothing', async () => {
      const model = await open();
      for (let i = 0; i < 2; i++) {
        const rows = await model.evaluate(batch);
        const loss = rows.reduce((sum, x, at) => (at % 2 === 0 ? sum + x : sum), 0) / (B * T);
        expect(loss).toBeCloseTo(f.expected.loss, 4);
      }
      model.dispose();
    });
  });
}

/**
 * The composed model, which the fused one is tested against, compared with the same numbers; on tfjs's current backend.
 */
export function describeReference(): void {
  describe.each(fixtureNames)('the composed reference agrees with PyTorch: %s', (name) => {
    const f = fixture(name);
    test('logits, loss and every gradient', async () => {
      const table = weightTable(f.spec);
      const T = f.spec.context;
      const loss = (...tensors: tf.Tensor[]) => {
        const w = Object.fromEntries(table.map((weight, i) => [weight.name, tensors[i]!]));
        const tokens = tf.tensor2d(f.tokens, [f.tokens.length / T, T], 'int32');
        return referenceLoss(
          referenceLogits(f.spec, w, tokens),
          tf.tensor1d(f.targets, 'int32'),
          tf.ones([f.targets.length]) as tf.Tensor1D,
        );
      };
      const { value, grads } = tf.valueAndGrads(loss)(
        table.map((weight) => tf.tensor(f.weights.get(weight.name)!, [...weight.shape])),
      );
      expect((await value.data())[0]).toBeCloseTo(f.expected.loss, 4);
      for (const [i, weight] of table.entries()) {
        const error = relativeError(await grads[i]!.data(), f.gradients.get(weight.name)!);
        expect(error, weight.name).toBeLessThan(TOLERANCE);
      }
    });
  });
}
