/**
 * @file `npm run bench:masks [-- --gpu] [-- --pairs 31]`: a training step's attention (forward and both gradients) of
 * 2,048 tokens for masks in tiles, compared with that of a window through the kernels of one run of keys, interleaved; one
 * thread of WebAssembly, or WebGPU in Node on Dawn. Times are CPU time, or wall-clock time on
 * a graphics card.
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { loaded } from '../loaded';
import { optionsOf } from '../options.mjs';
import { threadShare } from '../../src/ops/attention/costs';
import { maskOf } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { intervalsOf, isTiled, type Layout } from '../../src/attention/layout';
import { tilesOf } from '../../src/attention/tiles';
import { random } from '../../src/core/random';
import { gpuMachine } from '../../src/machines/gpuMachine';
import { hostMachine } from '../../src/machines/hostMachine';
import type { Machine, Session } from '../../src/machines/machine';
import { findAdapter, openDevice } from '../../src/machines/webgpu';
import { attentionGradKeys, attentionGradQuery } from '../../src/ops/attention/backward';
import { attentionForward } from '../../src/ops/attention/forward';
import { keyThreads, queryThreads } from '../../src/ops/attention/shared';
import { tiledGradKeys, tiledGradQuery } from '../../src/ops/attention/tiled/backward';
import { tiledForward } from '../../src/ops/attention/tiled/forward';
import { ProgramWriter, type Bundle, type KeptBuffer, type Part } from '../../src/program/program';

const T = 2048;
const SIZES = { B: 1, heads: 2, kvHeads: 2, d: 64 };
const WARM = 3;

/** A mask, the window it is compared with, and how many times as long it may take. */
const PAIRS = [
  { mask: 'causal & window(64)', window: 64, most: undefined },
  { mask: 'causal & (window(64) | sink(4))', window: 64, most: 1.15 },
  {
    mask: 'causal & documents(256, 512, 768, 1024, 1280, 1536, 1792)',
    window: 128,
    most: 1.3,
  },
  { mask: 'causal', window: T, most: undefined },
] as const;

/** Forward, dq, dk and dv of one layer. */
function bundleOf(layout: Layout, { kernel }: Machine): Bundle {
  const { B, heads, kvHeads, d } = SIZES;
  const { summaries, chunk } = layout;
  const kept: Record<string, KeptBuffer> = {};
  const keep = (name: string, content: Float32Array | Int32Array): Part => {
    const element = content instanceof Int32Array ? 'i32' : 'f32';
    kept[name] = { element, length: content.length, content: () => content };
    return { buffer: name, at: 0, length: content.length };
  };
  const { normal } = random('masks');
  const normals = (length: number) => Float32Array.from({ length }, () => normal());
  const numbers = B * T * (heads + 2 * kvHeads) * d;
  const qkv = keep('qkv', normals(numbers));
  const dqkv = keep('dqkv', new Float32Array(numbers));
  const dout = keep('dout', normals(B * T * heads * d));
  const writer = new ProgramWriter();
  const out = writer.temporary('out', B * T * heads * d);
  const stats = writer.temporary('stats', 2 * B * heads * T);
  const own = { B, T, heads, kvHeads, scale: 1 / Math.sqrt(d), apart: 0 };
  const share =
    kernel === 'gpu' || kernel === 'softwareGpu'
      ? threadShare(kernel, d)
      : { queries: 4, gradQueries: 4, keys: 4 };
  const byQueries = { D4: d / 4, queries: share.queries };
  const byGradQueries = { D4: d / 4, queries: share.gradQueries };
  const byKeys = { D4: d / 4, keys: share.keys };
  const queries = queryThreads(own, share.queries);
  const gradQueries = queryThreads(own, share.gradQueries);
  const keys = keyThreads({ ...own, summaries }, share.keys);
  if (isTiled(layout)) {
    const reads = keep('reads', layout.reads);
    const readers = keep('readers', layout.readers);
    writer.launch(tiledForward, queries, { qkv, reads, out, stats }, own, byQueries);
    const back = { qkv, reads, out, dout, stats, dqkv };
    writer.launch(tiledGradQuery, gradQueries, back, own, byGradQueries);
    writer.launch(tiledGradKeys, keys, { qkv, readers, dout, stats, dqkv }, own, byKeys);
  } else {
    const first = keep('first', layout.first);
    const lists = new Int32Array(2 * layout.from.length);
    layout.from.forEach((q, j) => lists.set([q, layout.to[j]!], 2 * j));
    const readers = keep('readers', lists);
    const means = keep('means', new Float32Array(64));
    const dmeans = keep('dmeans', new Float32Array(64));
    const all = { ...own, summaries, chunk, bias: 0 };
    writer.launch(attentionForward, queries, { qkv, means, first, out, stats }, all, byQueries);
    const back = { qkv, means, first, out, dout, stats, dqkv };
    writer.launch(attentionGradQuery, gradQueries, back, all, byGradQueries);
    const gradKeys = { qkv, means, readers, dout, stats, dqkv, dmeans };
    writer.launch(attentionGradKeys, keys, gradKeys, all, byKeys);
  }
  return { kept, programs: { step: writer.program() } };
}

/** Milliseconds of CPU time, which excludes time taken by other programs; on a graphics card, wall-clock time. */
async function timed(session: Session, card: boolean): Promise<number> {
  const [began, at] = [process.cpuUsage(), performance.now()];
  session.run('step');
  await session.settled();
  const { user, system } = process.cpuUsage(began);
  return card ? performance.now() - at : (user + system) / 1000;
}

/** On the adapter that `navigator.gpu` offers. */
async function onGpu(): Promise<Machine> {
  const adapter = await findAdapter();
  if ('kind' in adapter) throw new Error(JSON.stringify(adapter));
  const { device } = await openDevice(adapter, ({ message }) => {
    throw new Error(message);
  });
  return gpuMachine(device, adapter.software ? 'softwareGpu' : 'gpu');
}

async function* measure(machine: Machine, rounds: number) {
  const card = machine.kernel === 'gpu';
  for (const { mask, window, most } of PAIRS) {
    const tiled = await machine.open(bundleOf(tilesOf(maskOf(read(mask), T)), machine));
    const run = await machine.open(
      bundleOf(intervalsOf({ pattern: 'local', params: { window } }, T), machine),
    );
    const times: { tiled: number; run: number }[] = [];
    for (let round = 0; round < rounds + WARM; round++) {
      // The second one finds the caches full of the first one's numbers, so they take turns going first.
      const early = round % 2 ? await timed(tiled, card) : 0;
      const ms = await timed(run, card);
      const late = early || (await timed(tiled, card));
      if (round >= WARM) times.push({ tiled: late, run: ms });
    }
    tiled.dispose();
    run.dispose();
    const ratios = times.map((time) => time.tiled / time.run);
    yield {
      ...{ mask, window, most },
      tiled: quantile(times.map((time) => time.tiled)),
      run: quantile(times.map((time) => time.run)),
      ratio: quantile(ratios),
      quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)] as const,
    };
  }
}

const quantile = (numbers: readonly number[], share = 0.5): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(share * numbers.length)]!;

export async function main(given: readonly string[]): Promise<void> {
  const { values } = optionsOf(
    'npm run bench:masks -- [--gpu] [--pairs N]',
    { gpu: { type: 'boolean' }, pairs: { type: 'string' } },
    { given },
  );
  const pairs = Number(values.pairs ?? (values.gpu ? 11 : 31));
  if (values.gpu) await loaded('scripts/bench/dawn.mjs');
  const kernels = new WebAssembly.Module(readFileSync('src/ops/simd.wasm'));
  const machine = values.gpu ? await onGpu() : hostMachine(kernels);

  const where = values.gpu ? `WebGPU in Dawn (${machine.kernel})` : 'WebAssembly with one thread';
  console.log(`${cpus()[0]!.model.trim()}, ${where}, Node ${process.version}`);
  console.log('| mask | ms | window | ms | ratio, median of pairs | quartiles | at most |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: |');
  for await (const { mask, tiled, window, run, ratio, quartiles, most } of measure(machine, pairs))
    console.log(
      `| ${mask} | ${tiled.toFixed(1)} | ${window.toLocaleString('en')} | ${run.toFixed(1)} | ${ratio.toFixed(3)} | ${quartiles.map((one) => one.toFixed(3)).join('–')} | ${most ?? '–'} |`,
    );
  process.exit(0); // Dawn would keep Node waiting
}
