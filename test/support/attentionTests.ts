/** @file Fused attention against the composed reference, on whatever backend is set: the output and three gradients. */
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { layoutOf } from '../../src/attention/layout';
import { maskCells } from '../../src/attention/mask';
import { patterns, patternSpec } from '../../src/attention/registry';
import { random } from '../../src/core/random';
import { disposeLayerPlan, place, placeGrad, planLayer } from '../../src/model/layer';
import { referenceAttention } from '../../src/model/reference';
import { attend, attendGrad, probe } from '../../src/ops/attention/attention';
import { layerCells } from '../../src/train/frame';
import { relativeError } from './fixtures';

const TOLERANCE = 1e-4; // float32, sums in another order

const SHAPES = [
  { B: 1, T: 1, heads: 1, kvHeads: 1, headDim: 4, window: 1, chunk: 1 },
  { B: 2, T: 13, heads: 2, kvHeads: 2, headDim: 8, window: 1, chunk: 3 },
  { B: 1, T: 29, heads: 3, kvHeads: 1, headDim: 4, window: 5, chunk: 4 },
  { B: 2, T: 37, heads: 4, kvHeads: 2, headDim: 16, window: 7, chunk: 1 },
  { B: 1, T: 24, heads: 2, kvHeads: 2, headDim: 32, window: 24, chunk: 6 },
  { B: 1, T: 70, heads: 1, kvHeads: 1, headDim: 12, window: 9, chunk: 16 },
  { B: 3, T: 17, heads: 2, kvHeads: 2, headDim: 8, window: 40, chunk: 2 },
];

export function describeAttention(): void {
  describe.each(patterns.all.map(({ id }) => id))(
    'fused attention is the composed one: %s',
    (id) => {
      describe.each(['post', 'pre'] as const)('keys averaged %s rotation', (pool) => {
        test.each(SHAPES)(
          'B=$B T=$T H=$heads/$kvHeads d=$headDim W=$window C=$chunk',
          async ({ B, T, heads, kvHeads, headDim, window, chunk }) => {
            const sizes = { heads, kvHeads, headDim, pool, ropeBase: 10_000 };
            const layout = layoutOf(patternSpec(id, { window, chunk }), T);
            const { normal } = random('attention', id, B, T, headDim);
            const normalOf = (width: number) =>
              tf.tensor2d(Float32Array.from({ length: B * T * width }, normal), [B * T, width]);
            const [q, k, v, dout] = [
              normalOf(heads * headDim),
              normalOf(kvHeads * headDim),
              normalOf(kvHeads * headDim),
              normalOf(heads * headDim),
            ];
            const composed = (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor) =>
              referenceAttention(
                sizes,
                layout,
                B,
                a as tf.Tensor2D,
                b as tf.Tensor2D,
                c as tf.Tensor2D,
              );
            const expected = composed(q, k, v);
            const expectedGradients = tf.grads(composed)([q, k, v], dout);

            const plan = planLayer(layout, sizes);
            const placed = place({ q: q.clone(), k: k.clone(), v: v.clone() }, plan);
            const { out, stats } = attend(plan.attention, placed.q, placed.k, placed.v);
            const { dq, dk, dv } = attendGrad(plan.attention, { ...placed, out, stats }, dout);
            const d = placeGrad(dq, dk, dv, plan);

            expect(relativeError(await out.data(), await expected.data())).toBeLessThan(TOLERANCE);
            for (const [i, name] of (['query', 'key', 'value'] as const).entries()) {
              const wanted = await expectedGradients[i]!.data();
              // One token alone reads only itself: its query and key change nothing, in floats only nearly.
              const scale = Math.max(...wanted.map(Math.abs));
              if (T === 1 && name !== 'value') expect(scale).toBeLessThan(1e-5);
              else
                expect(relativeError(await d[name].data(), wanted), name).toBeLessThan(TOLERANCE);
            }
            disposeLayerPlan(plan);
          },
        );
      });

      test('the picture is what the kernel used: rows sum to 1, cells are the mask’s', async () => {
        const [T, heads, headDim] = [21, 2, 8];
        const spec = patternSpec(id, { window: 4, chunk: 3 });
        const plan = planLayer(layoutOf(spec, T), {
          heads,
          kvHeads: 2,
          headDim,
          pool: 'post',
          ropeBase: 10_000,
        });
        const { normal } = random('picture', id);
        const normalOf = () => tf.tensor2d(Float32Array.from({ length: T * 16 }, normal), [T, 16]);
        const placed = place({ q: normalOf(), k: normalOf(), v: normalOf() }, plan);
        const { stats } = attend(plan.attention, placed.q, placed.k, placed.v);
        const cells = (await probe(plan.attention, { ...placed, stats }).data()) as Float32Array;
        const { weights, mask } = layerCells(cells, heads, T, 1);
        expect(mask).toEqual(maskCells(spec, T));
        for (let row = 0; row < heads * T; row++) {
          const sum = weights.subarray(row * T, (row + 1) * T).reduce((a, b) => a + b, 0);
          expect(sum).toBeCloseTo(1, 4);
        }
        disposeLayerPlan(plan);
      });
    },
  );
}
