/**
 * @file What masks in tiles cost beside a window through the kernels of one run of keys: a training step's attention,
 * forward and both gradients, on any machine.
 */
import { threadShare } from '../src/attention/kernels';
import { maskOf, read } from '../src/attention/expression';
import { intervalsOf, isTiled, type Layout } from '../src/attention/layout';
import { tilesOf } from '../src/attention/tiles';
import { random } from '../src/core/random';
import { gpuMachine } from '../src/gpu/gpuMachine';
import { hostMachine } from '../src/gpu/hostMachine';
import type { Machine, Session } from '../src/gpu/machine';
import { findAdapter, openDevice } from '../src/gpu/webgpu';
import { attentionGradKeys, attentionGradQuery } from '../src/ops/attention/backward';
import { attentionForward } from '../src/ops/attention/forward';
import { keyThreads, queryThreads } from '../src/ops/attention/shared';
import { tiledGradKeys, tiledGradQuery } from '../src/ops/attention/tiled/backward';
import { tiledForward } from '../src/ops/attention/tiled/forward';
import { ProgramWriter, type Bundle, type KeptBuffer, type Part } from '../src/program/program';

const T = 2048;
const SIZES = { B: 1, heads: 2, kvHeads: 2, d: 64 };
const WARM = 3;

/** A mask, the window it is held against, and how many times as long it may take. */
export const PAIRS = [
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

/** Milliseconds of the processor, which does not count while another program has it; of a card, the clock's. */
async function timed(session: Session, card: boolean): Promise<number> {
  const [began, at] = [process.cpuUsage(), performance.now()];
  session.run('step');
  await session.settled();
  const { user, system } = process.cpuUsage(began);
  return card ? performance.now() - at : (user + system) / 1000;
}

export const inWebAssembly = (kernels: WebAssembly.Module): Machine => hostMachine(kernels);

/** On the adapter that `navigator.gpu` has. */
export async function onGpu(): Promise<Machine> {
  const adapter = await findAdapter();
  if ('kind' in adapter) throw new Error(JSON.stringify(adapter));
  const { device } = await openDevice(adapter, ({ message }) => {
    throw new Error(message);
  });
  return gpuMachine(device, adapter.software ? 'softwareGpu' : 'gpu');
}

export async function* measure(machine: Machine, rounds: number) {
  const card = machine.kernel === 'gpu';
  for (const { mask, window, most } of PAIRS) {
    const tiled = await machine.open(bundleOf(tilesOf(maskOf(read(mask), T)), machine));
    const run = await machine.open(
      bundleOf(intervalsOf({ pattern: 'local', params: { window } }, T), machine),
    );
    const times: { tiled: number; run: number }[] = [];
    for (let round = 0; round < rounds + WARM; round++) {
      // Whoever comes second finds the caches full of the other's numbers: they take turns.
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
