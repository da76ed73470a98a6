/**
 * @file `npm run bench:threads [-- SIZE …] [-- --threads N] [-- --against DIR] [-- --profile]`: a training step in
 * WebAssembly with one thread and with several, interleaved, at sizes S, M, L and that of the Lab's initial run; the
 * numbers about threads in docs/performance.md.
 *
 * `--against DIR` also times one thread of another checkout of the repository in the same rounds (an earlier commit, its
 * kernels compiled by `npm run prepare:files` there). `--profile` shows where the time of a step goes instead, kernel by
 * kernel.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { loaded } from '../loaded';
import { optionsOf } from '../options.mjs';
import type { Crew } from '../../src/machines/crew';
import { hostMachine } from '../../src/machines/hostMachine';
import type { Machine } from '../../src/machines/machine';
import { SIZES, zebra, type Size } from '../../test/bench/models';
import { profileOf, said } from './profile';

/** Context and width as the Lab opens with. */
const TABLE: Size = { B: 4, T: 512, D: 64 };
/** The least that the Lab offers to compare: a step of little more than fixed costs. */
const TINY: Size = { B: 4, T: 64, D: 32 };
const sizeOf = (name: string): Size => ({ TABLE, TINY, ...SIZES })[name]!;
const LIST = ['S', 'M', 'L', 'TABLE'];

const ROUNDS = 25;
const WARM = 3;

/** The engine of a checkout. */
interface Tree {
  readonly hostMachine: typeof hostMachine;
  readonly zebra: typeof zebra;
}

async function* measure(
  name: string,
  [one, many]: readonly [Machine, Machine],
  other: Tree | undefined,
  kernels: WebAssembly.Module | undefined,
) {
  const size = sizeOf(name);
  for (const plan of ['global', 'grouped']) {
    const models = [
      await zebra(one, size, plan),
      await zebra(many, size, plan),
      ...(other ? [await other.zebra(other.hostMachine(kernels), size, plan)] : []),
    ];
    const times: number[][] = models.map(() => []);
    for (let round = 0; round < ROUNDS + WARM; round++) {
      const losses: number[] = [];
      for (const [m, model] of models.entries()) {
        const began = performance.now();
        losses.push(await model.step());
        if (round >= WARM) times[m]!.push(performance.now() - began);
      }
      const [a, b] = losses;
      if (a !== b) throw new Error(`step ${round}: losses ${a} and ${b}`);
    }
    for (const model of models) model.dispose();
    const [ones, several, before] = times;
    const faster = (list: readonly number[]) => median(list.map((ms, i) => ms / several![i]!));
    yield {
      plan,
      ms: times.map(median),
      ratios: [faster(ones!), ...(before ? [faster(before)] : [])],
    };
  }
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;

export async function main(given: readonly string[]): Promise<void> {
  const { values, positionals } = optionsOf(
    'npm run bench:threads -- [SIZE …] [--threads N] [--against DIR] [--profile]\nSizes: S, M, L, TABLE, TINY; the first four if none is named.',
    {
      threads: { type: 'string' },
      against: { type: 'string' },
      profile: { type: 'boolean' },
    },
    { given, allowPositionals: true },
  );
  const threads = Number(values.threads ?? availableParallelism());
  const compiled = (root: string) =>
    new WebAssembly.Module(readFileSync(join(root, 'src/ops/simd.wasm')));
  const { nodeCrew } = await loaded<{ nodeCrew(size: number): Promise<Crew> }>(
    'scripts/bench/crew.mjs',
  );
  const crew = await nodeCrew(threads);
  const kernels = compiled('.');
  const machines = [hostMachine(kernels), hostMachine(kernels, crew)] as const;
  const sizes = positionals.length > 0 ? positionals : LIST;

  const machine = `${cpus().length} × ${cpus()[0]!.model.trim()}`;
  console.log(`${machine}, WebAssembly in Node ${process.version}`);
  if (values.profile) {
    for (const size of sizes)
      for (const plan of ['global', 'grouped']) {
        const rows = await profileOf(...machines, sizeOf(size), plan);
        console.log(`\n${size}, ${plan}\n\n${said(rows, threads)}`);
      }
    crew.stop();
    return;
  }
  const dir = values.against as string | undefined;
  const { treeOf } = await loaded<{ treeOf(root: string, name: string): Promise<Tree> }>(
    'scripts/bench/tree.mjs',
  );
  const other = dir === undefined ? undefined : await treeOf(resolve(dir), 'other');
  const old = other ? [`${dir}, 1 thread`, 'faster than that by'] : [];
  console.log(
    `| size | plan | 1 thread | ${threads} threads | faster by |${old.map((head) => ` ${head} |`).join('')}`,
  );
  console.log(`| --- | --- | ---: | ---: | ---: |${old.map(() => ' ---: |').join('')}`);
  for (const size of sizes) {
    const kernelsThere = dir === undefined ? undefined : compiled(dir);
    for await (const { plan, ms, ratios } of measure(size, machines, other, kernelsThere)) {
      const [one, many, before] = ms.map((time) => `${time.toFixed(1)} ms`);
      const [faster, fasterThan] = ratios.map((ratio) => `${ratio.toFixed(2)} ×`);
      const cells = [size, plan, one, many, faster, ...(other ? [before, fasterThan] : [])];
      console.log(`| ${cells.join(' | ')} |`);
    }
  }
  crew.stop();
}
