/**
 * @file How fast a machine is, measured once by a short test, and what that predicts for a model.
 *
 * It times three things: matrix products, attention, and launches that do next to nothing. A step's time is predicted
 * from its counts. Rough, but enough to tell WebAssembly from WebGPU on the same processor, or large tiles from small
 * ones.
 */
import { intervalsOf } from '../attention/layout';
import { computedPairs, threadShare, walksOf, type KernelId } from '../ops/attention/costs';
import type { Machine, Session } from '../machines/machine';
import { attentionGradKeys, attentionGradQuery } from '../ops/attention/backward';
import { attentionForward } from '../ops/attention/forward';
import { keyThreads, partsOf, queryThreads } from '../ops/attention/shared';
import { productNN, productTN } from '../ops/product/kernel';
import { shareOfProduct } from '../ops/product/share';
import { sumBlocks } from '../ops/rmsNorm/kernel';
import { ProgramWriter, type Bundle, type KeptBuffer, type Part } from '../program/program';
import { LARGE_TILES, MEDIUM_TILES, SHARED_TILES, SMALL_TILES, type Tiles } from '../program/tiles';
import { trainingFlops } from '../spec/cost';
import { matmulWeights, type ModelSpec } from '../spec/model';

export interface Speed {
  readonly products: number; // FLOPs per ms
  readonly attention: number; // FLOPs per ms, counting those the kernels compute
  readonly launch: number; // ms
}

/** Launches per training step, and per layer of the model. */
const LAUNCHES = { step: 13, layer: 23 };

/** Predicted milliseconds of one training step. */
export function predictStep(speed: Speed, m: ModelSpec, batch: number, kernel: KernelId): number {
  const tokens = batch * m.context;
  const products = 6 * matmulWeights(m) * tokens;
  const attention = trainingFlops(m, kernel).done * tokens - products;
  const launches = LAUNCHES.step + LAUNCHES.layer * m.layers.length;
  return products / speed.products + attention / speed.attention + launches * speed.launch;
}

const PRODUCT = { rows: 512, inner: 64, columns: 192 };
const PRODUCTS = 4; // of each form
const GLOBAL = { pattern: 'global', params: {} };
const ATTENTION = {
  B: 1,
  T: 128,
  summaries: 0,
  heads: 4,
  kvHeads: 4,
  chunk: 0,
  scale: 0.25,
  bias: 0,
  apart: 0,
};
const HEAD = 16;
const NOTHINGS = 32;
const ROUNDS = 3;

async function measureSpeed(machine: Machine): Promise<Speed> {
  const session = await machine.open(speedBundle(machine, machine.tiles));
  try {
    const flops = 2 * PRODUCT.rows * PRODUCT.inner * PRODUCT.columns * 2 * PRODUCTS;
    const pairs = walksOf(machine.kernel, HEAD).reduce(
      (sum, walk) => sum + walk.flops * computedPairs(GLOBAL, ATTENTION.T, walk),
      0,
    );
    const nothing = await time(session, 'nothing');
    const launch = nothing / NOTHINGS;
    const least = 1e-3; // ms: clocks are coarse
    return {
      products: flops / Math.max(least, (await time(session, 'products')) - 2 * PRODUCTS * launch),
      attention:
        (pairs * HEAD * ATTENTION.heads) /
        Math.max(least, (await time(session, 'attention')) - 3 * launch),
      launch,
    };
  } finally {
    session.dispose();
  }
}

/**
 * A step's milliseconds for both ways to use a processor. WebGPU is timed with small shaders first, which compile at
 * once; then, only if the result is still open, with the ones it would use, which are at most BETTER times faster.
 */
export async function timeBoth(
  wasm: Machine,
  littleGpu: Machine,
  gpu: Machine,
  m: ModelSpec,
  batch: number,
): Promise<{ readonly wasm: Speed; readonly gpu: Speed }> {
  const measured = await measureSpeed(wasm);
  const little = await measureSpeed(littleGpu);
  const bound = {
    products: BETTER * little.products,
    attention: BETTER * little.attention,
    launch: little.launch,
  };
  const hopeless =
    predictStep(bound, m, batch, gpu.kernel) > predictStep(measured, m, batch, wasm.kernel);
  return { wasm: measured, gpu: hopeless ? little : await measureSpeed(gpu) };
}

const BETTER = 3;

/** The tiles that make products fastest on a graphics card, by trying them all. */
export async function bestTiles(machine: Machine): Promise<Tiles> {
  const times = [];
  for (const tiles of [SMALL_TILES, SHARED_TILES, LARGE_TILES]) {
    const session = await machine.open(speedBundle(machine, tiles));
    times.push({ tiles, ms: await time(session, 'products') });
    session.dispose();
  }
  return times.reduce((a, b) => (b.ms < a.ms ? b : a)).tiles;
}

/** The minimum of a few rounds, after one warm-up round. */
async function time(session: Session, program: string): Promise<number> {
  let least = Infinity;
  for (let round = 0; round <= ROUNDS; round++) {
    const started = performance.now();
    session.run(program);
    await session.settled();
    if (round > 0) least = Math.min(least, performance.now() - started);
  }
  return least;
}

function speedBundle(machine: Machine, tiles: Tiles | undefined): Bundle {
  const used = tiles ?? (machine.kernel === 'gpu' ? SMALL_TILES : MEDIUM_TILES);
  const { rows, inner, columns } = PRODUCT;
  const { T, heads } = ATTENTION;
  const row = 3 * heads * HEAD;
  const layout = intervalsOf(GLOBAL, T);
  const kept: Record<string, KeptBuffer> = {
    first: { element: 'i32', length: T, content: () => layout.first },
    readers: {
      element: 'i32',
      length: 2 * T,
      content: () => Int32Array.from({ length: 2 * T }, (_, i) => (i % 2 ? T - 1 : i / 2)),
    },
  };
  const floats = (name: string, length: number): Part => {
    kept[name] = { element: 'f32', length, content: () => new Float32Array(length).fill(0.1) };
    return { buffer: name, at: 0, length };
  };
  const ints = (name: string): Part => ({ buffer: name, at: 0, length: kept[name]!.length });

  const products = new ProgramWriter();
  const a = floats('a', rows * inner);
  const b = floats('b', inner * columns);
  const y = floats('y', rows * columns);
  const dw = floats('dw', inner * columns);
  const forth = shareOfProduct('plain', rows, columns, used);
  const back = shareOfProduct('TN', inner, columns, used);
  for (let i = 0; i < PRODUCTS; i++) {
    const u = { rows, inner, columns };
    products.launch(productNN, forth.threads, { a, b, y }, u, forth.constants);
    const turned = { rows: inner, inner: rows, columns };
    products.launch(productTN, back.threads, { a, b: y, y: dw }, turned, back.constants);
  }

  const attention = new ProgramWriter();
  const [qkv, dqkv] = [floats('qkv', T * row), floats('dqkv', T * row)];
  const [out, dout] = [floats('out', T * heads * HEAD), floats('dout', T * heads * HEAD)];
  const stats = floats('stats', 2 * heads * T);
  const [means, dmeans] = [floats('means', 64), floats('dmeans', 64)];
  const share = threadShare(machine.kernel === 'gpu' ? 'gpu' : 'softwareGpu', HEAD);
  const D4 = HEAD / 4;
  const parts = partsOf(machine.kernel, ATTENTION.chunk);
  attention.launch(
    attentionForward,
    queryThreads(ATTENTION, share.queries),
    { qkv, means, first: ints('first'), out, stats },
    ATTENTION,
    { D4, queries: share.queries, ...parts },
  );
  attention.launch(
    attentionGradQuery,
    queryThreads(ATTENTION, share.gradQueries),
    { qkv, means, first: ints('first'), out, dout, stats, dqkv },
    ATTENTION,
    { D4, queries: share.gradQueries, ...parts },
  );
  attention.launch(
    attentionGradKeys,
    keyThreads(ATTENTION, share.keys),
    { qkv, means, readers: ints('readers'), dout, stats, dqkv, dmeans },
    ATTENTION,
    { D4, keys: share.keys, ...parts },
  );

  const nothing = new ProgramWriter();
  const [partial, sums] = [floats('partial', 64), floats('sums', 64)];
  for (let i = 0; i < NOTHINGS; i++) {
    nothing.launch(sumBlocks, 4, { partial, sums }, { norms: 1, blocks: 1, width: 4, stride: 64 });
  }
  return {
    kept,
    programs: {
      products: products.program(),
      attention: attention.program(),
      nothing: nothing.program(),
    },
  };
}
