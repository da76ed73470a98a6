/** @file Where the time of a training step in WebAssembly goes, kernel by kernel, with one thread and with several. */
import type { Machine } from '../../src/machines/machine';
import { partsOf, workOf } from '../../src/machines/hostMachine';
import { computedPairs, walksOf } from '../../src/ops/attention/costs';
import type { ModelSpec } from '../../src/spec/model';
import type { Size } from '../../test/bench/models';
import { launchByLaunch } from '../../test/bench/profile';

const ROUNDS = 15;

/** The kernels that walk pairs, in the order of `walksOf`: their work is counted pair by pair. */
const WALKS = ['attentionForward', 'attentionGradQuery', 'attentionGradKeys'];

interface Row {
  readonly kernel: string;
  readonly launches: number;
  readonly one: number; // ms with one thread
  readonly many: number; // ms with several
  readonly gflops: number; // per second, with one thread
  readonly alone: number; // ms of launches that are never shared
}

/** Medians over rounds in which the machines take turns, launch by launch, in the order of the step. */
export async function profileOf(
  one: Machine,
  many: Machine,
  size: Size,
  plan: string,
): Promise<readonly Row[]> {
  const models = [
    await launchByLaunch(one, size, plan),
    await launchByLaunch(many, size, plan),
  ] as const;
  const { launches, spec } = models[0];
  await new Promise((resolve) => setTimeout(resolve, 100)); // threads compile the kernels
  const times = models.map(() => launches.map(() => [] as number[]));
  for (let round = 0; round < ROUNDS + 3; round++) {
    models.forEach(({ run }, m) => {
      for (const i of launches.keys()) {
        const began = performance.now();
        run(i);
        times[m]![i]!.push(performance.now() - began);
      }
    });
  }
  for (const { dispose } of models) dispose();
  const [ones, several] = times.map((all) => all.map((list) => median(list.slice(3))));
  const rows = new Map<string, Row & { flops: number }>();
  launches.forEach((launch, i) => {
    const { name } = launch.kernel;
    const before = rows.get(name) ?? {
      kernel: name,
      launches: 0,
      one: 0,
      many: 0,
      gflops: 0,
      alone: 0,
      flops: 0,
    };
    const shared = partsOf(launch, many.threads ?? 1) > 1;
    const row = {
      ...before,
      launches: before.launches + 1,
      one: before.one + ones![i]!,
      many: before.many + several![i]!,
      alone: before.alone + (shared ? 0 : several![i]!),
      flops: before.flops + 2 * workOf(launch),
    };
    rows.set(name, row);
  });
  return [...rows.values()]
    .map((row) => {
      const flops = attentionFlops(spec, size, row.kernel) ?? row.flops;
      return { ...row, gflops: flops / row.one / 1e6 };
    })
    .sort((a, b) => b.one - a.one);
}

/** Of all layers; undefined if the kernel does not walk pairs. */
function attentionFlops(
  { layers, heads, headDim }: ModelSpec,
  { B, T }: Size,
  kernel: string,
): number | undefined {
  const walk = walksOf('simd', headDim)[WALKS.indexOf(kernel)];
  if (!walk) return undefined;
  const pairs = layers.reduce((sum, pattern) => sum + computedPairs(pattern, T, walk), 0);
  return pairs * walk.flops * B * heads * headDim;
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;

/** A table, and in sentences what the threads do not share. */
export function said(rows: readonly Row[], threads: number): string {
  const sum = (key: 'one' | 'many' | 'alone') => rows.reduce((total, row) => total + row[key], 0);
  const [one, many, alone] = [sum('one'), sum('many'), sum('alone')];
  const line = ({ kernel, launches, ...row }: Row) =>
    `| ${[
      kernel,
      launches,
      row.one.toFixed(2),
      row.many.toFixed(2),
      (row.one / row.many).toFixed(2),
      row.gflops.toFixed(1),
      `${((100 * row.one) / one).toFixed(0)} %`,
      `${((100 * row.many) / many).toFixed(0)} %`,
    ].join(' | ')} |`;
  return [
    `| kernel | launches | 1 thread, ms | ${threads} threads, ms | faster by | GFLOP/s | share | share, ${threads} threads |`,
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...rows.map(line),
    line({
      kernel: 'all',
      launches: rows.reduce((total, row) => total + row.launches, 0),
      one,
      many,
      gflops: 0,
      alone,
    }),
    `never shared: ${alone.toFixed(2)} ms; shared: ${(many - alone).toFixed(2)} ms, of which ${(many - alone - (one - alone) / threads).toFixed(2)} ms more than 1/${threads} of one thread's time`,
  ].join('\n');
}
