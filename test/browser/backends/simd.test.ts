/** @file The wasm backend with its SIMD kernels, as the page has it; wasm.test.ts runs the same with loops. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { layoutOf } from '../../../src/attention/layout';
import { patternSpec } from '../../../src/attention/registry';
import { random } from '../../../src/core/random';
import { chooseBackend } from '../../../src/gpu/backend';
import { runSimd } from '../../../src/gpu/simd';
import { selfTest } from '../../../src/model/selfTest';
import { attentionForward } from '../../../src/ops/attention/forward';
import simdKernels from '../../../src/ops/simd.wasm?url';
import { describeAttention } from '../../support/attentionTests';
import { describeFixtures, describeReference } from '../../support/fixtureTests';
import { relativeError } from '../../support/fixtures';

beforeAll(async () => {
  const backend = await chooseBackend({ wanted: 'wasm', selfTest, onFault: () => {}, simdKernels });
  expect(backend.device).toBe('WebAssembly with SIMD');
});

/** The forward kernel's buffers for one sequence, with scores large enough to try exp. */
function buffers(T: number, spread: number) {
  const layout = layoutOf(patternSpec('approximate', { window: 6, chunk: 5 }), T);
  const keys = T + layout.summaries;
  const { normal } = random('simd', T);
  const normalOf = (size: number) => Float32Array.from({ length: size }, () => spread * normal());
  return {
    views: {
      q: normalOf(T * 8),
      k: normalOf(keys * 8),
      v: normalOf(keys * 8),
      first: layout.first,
      out: new Float32Array(T * 8),
      stats: new Float32Array(T * 2),
    },
    uniforms: {
      T,
      summaries: layout.summaries,
      heads: 1,
      kvHeads: 1,
      chunk: 5,
      scale: 1,
      bias: Math.log(5),
    },
  };
}

test.each([1, 5, 6, 23, 64, 131])(
  'SIMD and loops agree on %d tokens, also for large scores',
  (T) => {
    expect(tf.getBackend()).toBe('wasm');
    for (const spread of [0.1, 1, 4]) {
      const [fast, plain] = [buffers(T, spread), buffers(T, spread)];
      expect(runSimd(attentionForward as never, T, fast.views, fast.uniforms, { D4: 2 })).toBe(
        true,
      );
      attentionForward.host(plain.views, plain.uniforms, { D4: 2 });
      expect(relativeError(fast.views.out, plain.views.out)).toBeLessThan(1e-5);
      expect(relativeError(fast.views.stats, plain.views.stats)).toBeLessThan(1e-5);
    }
  },
);

describeFixtures();
describeReference();
describeAttention();
