/** @file Local layers are linear in T, measured as the processor time of the WebAssembly kernels. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { patternSpec } from '../../src/attention/registry';
import { hostMachine } from '../../src/machines/hostMachine';
import type { Machine } from '../../src/machines/machine';
import { initialWeights } from '../../src/model/weights';
import type { ModelSpec } from '../../src/spec/model';
import { Zebra } from '../../src/train/zebra';
import { timed } from '../support/cpu';
import { batchOf, TRUSTED } from '../support/trust';

let wasm: Machine;

beforeAll(() => {
  execFileSync('node', ['scripts/build/simd.mjs']); // skips what is up to date
  wasm = hostMachine(new WebAssembly.Module(readFileSync('src/ops/simd.wasm')));
});

const modelOf = (context: number, pattern: string): ModelSpec => ({
  ...TRUSTED,
  context,
  width: 32,
  heads: 2,
  kvHeads: 2,
  headDim: 16,
  hidden: 64,
  layers: [patternSpec(pattern, { window: 64 }), patternSpec(pattern, { window: 64 })],
});

/**
 * A step of 2 × 4,096 tokens relative to one of 8 × 1,024. The minimum of interleaved steps: `rounds` of each, then
 * more, up to 100, until it is below `limit`, because other load on the processor can only add time.
 */
async function growth(
  pattern: string,
  { limit, rounds }: { readonly limit: number; readonly rounds: number },
): Promise<number> {
  const steps = await Promise.all(
    [
      { T: 1024, batch: 8 },
      { T: 4096, batch: 2 },
    ].map(async ({ T, batch }) => {
      const spec = modelOf(T, pattern);
      const model = await Zebra.open(wasm, spec, initialWeights(spec, 1), { batch });
      const data = batchOf(spec, 1, batch);
      return () => timed(() => model.train(data, 0.001)).ms;
    }),
  );
  const least = steps.map(() => Infinity);
  for (let round = 0; round < 100; round++) {
    steps.forEach((step, i) => (least[i] = Math.min(least[i]!, step())));
    if (round + 1 >= rounds && least[1]! / least[0]! < limit) break;
  }
  return least[1]! / least[0]!;
}

test('at the same tokens per step, four times the context costs local layers at most 15 % more', async () => {
  expect(await growth('local', { limit: 1.15, rounds: 6 })).toBeLessThan(1.15);
});

test('and global layers far more, which shows that the measure can tell', async () => {
  expect(await growth('global', { limit: Infinity, rounds: 2 })).toBeGreaterThan(2);
});
