/**
 * @file `npm run bench:threads [-- SIZE …] [-- --threads N]`: a training step in WebAssembly with one thread and with
 * several, interleaved, at sizes S, M, L and that of the Lab's initial run; the numbers about threads in
 * docs/performance.md.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { loaded } from '../loaded';
import { optionsOf } from '../options.mjs';
import type { Crew } from '../../src/machines/crew';
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

async function* measure(name: string, kernels: WebAssembly.Module, crew: Crew) {
  const size = sizeOf(name);
  for (const plan of ['global', 'grouped']) {
    const spec = modelOf(size, plan);
    const { tokens, targets, rows } = dataOf(size);
    const batch = { tokens, targets, weights: new Float32Array(rows).fill(1) };
    const models = [hostMachine(kernels), hostMachine(kernels, crew)].map((machine) =>
      Zebra.open(machine, spec, initialWeights(spec, 1), { batch: size.B }),
    );
    const [one, many] = await Promise.all(models);
    const step = async (model: Zebra) => {
      const began = performance.now();
      model.train(batch, RATE);
      const [report] = await model.reports();
      return { ms: performance.now() - began, loss: report!.loss };
    };
    const times: { one: number; many: number }[] = [];
    for (let round = 0; round < ROUNDS + WARM; round++) {
      const [a, b] = [await step(one!), await step(many!)];
      if (a.loss !== b.loss) throw new Error(`step ${round}: losses ${a.loss} and ${b.loss}`);
      if (round >= WARM) times.push({ one: a.ms, many: b.ms });
    }
    one!.dispose();
    many!.dispose();
    yield {
      plan,
      one: median(times.map((time) => time.one)),
      many: median(times.map((time) => time.many)),
      ratio: median(times.map((time) => time.one / time.many)),
    };
  }
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;

export async function main(given: readonly string[]): Promise<void> {
  const { values, positionals } = optionsOf(
    'npm run bench:threads -- [SIZE …] [--threads N]\nSizes: S, M, L, TABLE; all of them where none is named.',
    { threads: { type: 'string' } },
    { given, allowPositionals: true },
  );
  const threads = Number(values.threads ?? availableParallelism());
  const kernels = new WebAssembly.Module(readFileSync('src/ops/simd.wasm'));
  const { nodeCrew } = await loaded<{ nodeCrew(size: number): Promise<Crew> }>(
    'scripts/bench/crew.mjs',
  );
  const crew = await nodeCrew(threads);

  const machine = `${cpus().length} × ${cpus()[0]!.model.trim()}`;
  console.log(`${machine}, WebAssembly in Node ${process.version}`);
  console.log(`| size | plan | 1 thread | ${threads} threads | faster by |`);
  console.log('| --- | --- | ---: | ---: | ---: |');
  for (const size of positionals.length > 0 ? positionals : LIST) {
    for await (const { plan, one, many, ratio } of measure(size, kernels, crew))
      console.log(
        `| ${size} | ${plan} | ${one.toFixed(1)} ms | ${many.toFixed(1)} ms | ${ratio.toFixed(2)} × |`,
      );
  }
  crew.stop();
}
