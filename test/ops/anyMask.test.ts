/**
 * @file Kernels with random masks: loops and WebAssembly against whole matrices in float64 with the mask's cells, and
 * layers of both machines against the composed reference. WebGPU: test/browser/backends/webgpu.test.ts.
 */
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { maskOf, write } from '../../src/attention/expression';
import { tilesOf } from '../../src/attention/tiles';
import { hostMachine } from '../../src/machines/hostMachine';
import { tiledGradKeys, tiledGradQuery } from '../../src/ops/attention/tiled/backward';
import { tiledForward } from '../../src/ops/attention/tiled/forward';
import type { Kernel } from '../../src/program/kernel';
import { describeAnyMask } from '../support/attentionTests';
import { anyMask, cellsByRules } from '../support/cellsOfTerms';
import { denseAttention } from '../support/denseAttention';
import { draws } from '../support/draws';
import { relativeError } from '../support/fixtures';
import { modules, runHost, runSimd, type Case } from '../support/simd';
import { tiledCases } from '../support/tiledCases';

const WITHIN = 3e-5; // float32 against float64

const HEADS = [
  { heads: 1, kvHeads: 1, d: 4 },
  { heads: 4, kvHeads: 2, d: 8 },
  { heads: 2, kvHeads: 1, d: 20 },
  { heads: 1, kvHeads: 1, d: 64 },
];

beforeAll(async () => {
  await tf.setBackend('cpu'); // for the reference
});

test('loops and WebAssembly agree with whole matrices: the output, dq, dk and dv', () => {
  fc.assert(
    fc.property(anyMask(220), fc.constantFrom(...HEADS), ({ T, expression }, heads) => {
      const words = write(expression);
      const given = tiledCases(words, tilesOf(maskOf(expression, T)), heads);
      const { B } = given.forward.uniforms as { B: number };
      const { qkv } = given.forward.buffers;
      const { dout } = given.gradQuery.buffers;
      const expected = denseAttention(cellsByRules(expression, T), { B, T, ...heads }, qkv!, dout!);
      /** Of [B T, H + 2 kvH, d], the numbers of queries or of the rest. */
      const some = (values: ArrayLike<number>, queries: boolean) => {
        const parts = heads.heads + 2 * heads.kvHeads;
        return Float64Array.from(values).filter(
          (_, i) => Math.floor(i / heads.d) % parts < heads.heads === queries,
        );
      };
      const kernels = [
        [tiledForward, given.forward, 'out', (values: ArrayLike<number>) => values, expected.out],
        [
          tiledGradQuery,
          given.gradQuery,
          'dqkv',
          (values: ArrayLike<number>) => some(values, true),
          expected.dqkv,
        ],
        [
          tiledGradKeys,
          given.gradKeys,
          'dqkv',
          (values: ArrayLike<number>) => some(values, false),
          expected.dqkv,
        ],
      ] as unknown as [
        Kernel,
        Case,
        string,
        (values: ArrayLike<number>) => ArrayLike<number>,
        ArrayLike<number>,
      ][];
      for (const [kernel, one, name, of, all] of kernels) {
        const simd = runSimd(kernel, one);
        expect(simd.strays).toBe(0);
        for (const [machine, found] of [
          ['loops', runHost(kernel, one)],
          ['WebAssembly', simd.results],
        ] as const)
          expect(apart(of(found[name]!), of(all)), `${kernel.name}, ${machine}`).toBeLessThan(
            WITHIN,
          );
      }
    }),
    draws(60),
  );
});

/** Relative to the largest value, or to 1 if all should be almost 0: a single visible key has a gradient of 0. */
const apart = (found: ArrayLike<number>, expected: ArrayLike<number>) =>
  relativeError([...Array.from(found), 1], [...Array.from(expected), 1]);

describe('plain loops', () => describeAnyMask(() => hostMachine(), draws(25)));
describe('WebAssembly', () => describeAnyMask(() => hostMachine(modules().module), draws(25)));
