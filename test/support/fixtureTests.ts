/** @file The whole model against the PyTorch numbers; run on every backend by the files that import it. */
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { referenceLogits, referenceLoss } from '../../src/model/reference';
import { Zebra, type DeviceBatch } from '../../src/model/zebra';
import { AdamW } from '../../src/model/adamw';
import { fixture, fixtureNames, relativeError } from './fixtures';

const TOLERANCE = 1e-4; // float32 sums in another order

export function describeFixtures(): void {
  describe.each(fixtureNames)('the model agrees with PyTorch: %s', (name) => {
    const f = fixture(name);
    const batch = (): DeviceBatch => ({
      tokens: tf.tensor1d(f.tokens, 'int32'),
      targets: tf.tensor1d(f.targets, 'int32'),
      weights: tf.ones([f.targets.length]),
      share: 1 / f.targets.length,
    });
    const lossOf = async (report: tf.Tensor) => {
      const rows = Float32Array.from((await report.data()) as Float32Array);
      report.dispose();
      return rows.reduce((sum, x, i) => (i % 2 === 0 ? sum + x : sum), 0) / f.targets.length;
    };

    test('logits', async () => {
      const model = new Zebra(f.spec, f.weights);
      const logits = model.logits(batch().tokens);
      expect(relativeError(await logits.data(), f.logits)).toBeLessThan(TOLERANCE);
      model.dispose();
    });

    test('loss and every gradient', async () => {
      const model = new Zebra(f.spec, f.weights);
      const { report, gradients } = model.gradients(batch());
      expect(await lossOf(report)).toBeCloseTo(f.expected.loss, 4);
      expect([...gradients.keys()].sort()).toEqual([...f.gradients.keys()].sort());
      for (const [weight, gradient] of gradients) {
        const error = relativeError(await gradient.data(), f.gradients.get(weight)!);
        expect(error, weight).toBeLessThan(TOLERANCE);
      }
      model.dispose();
    });

    test('five steps of AdamW', async () => {
      const model = new Zebra(f.spec, f.weights);
      const { adamw } = f.expected;
      const optimizer = new AdamW(model.weights, {
        ...adamw,
        decay: adamw.weightDecay,
        clip: adamw.clipNorm,
      });
      const data = batch();
      for (const [loss, gradNorm] of adamw.lossAndGradNorm) {
        const { report, gradients } = model.gradients(data);
        const norm = optimizer.step(gradients, adamw.lr);
        expect(await lossOf(report)).toBeCloseTo(loss, 3);
        expect((await norm.data())[0]).toBeCloseTo(gradNorm, 3);
      }
      optimizer.dispose();
      model.dispose();
    });
  });
}

/** The composed model, which the fused one is tested against, against the same numbers. */
export function describeReference(): void {
  describe.each(fixtureNames)('the composed reference agrees with PyTorch: %s', (name) => {
    const f = fixture(name);
    test('logits, loss and every gradient', async () => {
      const model = new Zebra(f.spec, f.weights); // only for its uploaded weights
      const names = [...model.weights.keys()];
      const T = f.spec.context;
      const loss = (...tensors: tf.Tensor[]) => {
        const w = Object.fromEntries(names.map((weight, i) => [weight, tensors[i]!]));
        const tokens = tf.tensor2d(f.tokens, [f.tokens.length / T, T], 'int32');
        return referenceLoss(
          referenceLogits(f.spec, w, tokens),
          tf.tensor1d(f.targets, 'int32'),
          tf.ones([f.targets.length]) as tf.Tensor1D,
        );
      };
      const { value, grads } = tf.valueAndGrads(loss)([...model.weights.values()]);
      expect((await value.data())[0]).toBeCloseTo(f.expected.loss, 4);
      for (const [i, weight] of names.entries()) {
        const error = relativeError(await grads[i]!.data(), f.gradients.get(weight)!);
        expect(error, weight).toBeLessThan(TOLERANCE);
      }
    });
  });
}
