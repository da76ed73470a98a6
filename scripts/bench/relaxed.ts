/**
 * @file `npm run bench:relaxed [-- SIZE …]`: a training step in WebAssembly on one thread as the site computes it, and
 * with the fused multiply-add of relaxed SIMD, interleaved; the numbers about relaxed SIMD in docs/performance.md.
 *
 * The site does not use it: its results differ between machines in their last bits.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { loaded } from '../loaded';
import { optionsOf } from '../options.mjs';
import { hostMachine } from '../../src/machines/hostMachine';
import { dataOf, modelOf, RATE, SIZES, type Size } from '../../test/bench/models';
import { initialWeights } from '../../src/model/weights';
import { Zebra } from '../../src/train/zebra';

/** Context and width as the Lab opens with. */
const TABLE: Size = { B: 4, T: 512, D: 64 };
const sizeOf = (name: string): Size => (name === 'TABLE' ? TABLE : SIZES[name]!);
const LIST = ['S', 'M', 'L', 'TABLE'];

const ROUNDS = 25;
const WARM = 3;
/** Fused sums are rounded once instead of twice; after this few steps losses are still close. */
const CLOSE = 1e-3;

/** Relaxed SIMD is on in Chrome from 114 and in Node from 21; Node 20 has it behind a flag. */
function moduleOf(path: string): WebAssembly.Module {
  const bytes = readFileSync(path);
  if (!WebAssembly.validate(bytes)) setFlagsFromString('--experimental-wasm-relaxed-simd');
  return new WebAssembly.Module(bytes);
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;

export async function main(given: readonly string[]): Promise<void> {
  const { positionals } = optionsOf(
    'npm run bench:relaxed -- [SIZE …]\nSizes: S, M, L, TABLE; all of them if none is named.',
    {},
    { given, allowPositionals: true },
  );
  const { compileSimd } = await loaded<{
    compileSimd(target: string, more: readonly string[]): Promise<number>;
  }>('scripts/build/compileSimd.mjs');
  mkdirSync('node_modules/.cache', { recursive: true });
  const fused = 'node_modules/.cache/simdRelaxed.wasm';
  await compileSimd(fused, ['--enable', 'relaxed-simd']);
  const modules = [moduleOf('src/ops/simd.wasm'), moduleOf(fused)];

  console.log(
    `${cpus().length} × ${cpus()[0]!.model.trim()}, WebAssembly in Node ${process.version}`,
  );
  console.log('| size | plan | separate | fused | faster by |');
  console.log('| --- | --- | ---: | ---: | ---: |');
  for (const name of positionals.length > 0 ? positionals : LIST) {
    const size = sizeOf(name);
    const { tokens, targets, rows } = dataOf(size);
    const batch = { tokens, targets, weights: new Float32Array(rows).fill(1) };
    for (const plan of ['global', 'grouped']) {
      const spec = modelOf(size, plan);
      const models = await Promise.all(
        modules.map((module) =>
          Zebra.open(hostMachine(module), spec, initialWeights(spec, 1), { batch: size.B }),
        ),
      );
      const times: number[][] = [];
      for (let round = 0; round < ROUNDS + WARM; round++) {
        const now: number[] = [];
        const losses: number[] = [];
        for (const model of models) {
          const began = performance.now();
          model.train(batch, RATE);
          const [report] = await model.reports();
          now.push(performance.now() - began);
          losses.push(report!.loss);
        }
        if (Math.abs(losses[0]! - losses[1]!) > CLOSE)
          throw new Error(`step ${round}: losses ${losses.join(' and ')}`);
        if (round >= WARM) times.push(now);
      }
      for (const model of models) model.dispose();
      const ms = (at: number) => median(times.map((one) => one[at]!)).toFixed(1);
      const ratio = median(times.map(([one, two]) => one! / two!)).toFixed(2);
      console.log(`| ${name} | ${plan} | ${ms(0)} ms | ${ms(1)} ms | ${ratio} × |`);
    }
  }
}
