/**
 * @file The bench without a browser: the same engine in Node on Dawn, for machines with a graphics card. Times single
 * steps (waiting for each loss) and, as training does, steps submitted without waiting.
 */
import { gpuMachine } from '../../src/machines/gpuMachine';
import { openDevice, findAdapter } from '../../src/machines/webgpu';
import { initialWeights } from '../../src/model/weights';
import { selfTest } from '../../src/train/selfTest';
import { bestTiles } from '../../src/train/speed';
import { Zebra } from '../../src/train/zebra';
import { dataOf, modelOf, RATE, SIZES } from './models';

export interface GpuRow {
  readonly size: string;
  readonly plan: string;
  readonly engine: 'zebra-webgpu';
  readonly stepMs: { readonly median: number; readonly min: number; readonly runs: number };
  readonly stepsPerSecond: number; // submitted without waiting
  readonly tokensPerSecond: number;
  readonly peakBytes: number;
  readonly loss: number;
}

export interface GpuCase {
  readonly size: string;
  readonly plan: string;
  readonly rounds: number;
}

const median = (numbers: readonly number[]) =>
  [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;

/** The adapter's name, and a row for each case. */
export async function benchGpu(
  cases: readonly GpuCase[],
  say: (row: GpuRow) => void,
): Promise<{ readonly adapter: string; readonly tiles: string; readonly rows: readonly GpuRow[] }> {
  const adapter = await findAdapter();
  if ('kind' in adapter) throw new Error(JSON.stringify(adapter));
  const faults: string[] = [];
  const { device } = await openDevice(adapter, ({ message }) => faults.push(message));
  const kernel = adapter.software ? 'softwareGpu' : 'gpu';
  const plain = gpuMachine(device, kernel);
  const tiles = adapter.software ? undefined : await bestTiles(plain);
  const machine = gpuMachine(device, kernel, tiles);
  await selfTest(machine);
  const rows: GpuRow[] = [];
  for (const { size, plan, rounds } of cases) {
    const shape = SIZES[size]!;
    const spec = modelOf(shape, plan);
    const { tokens, targets, rows: count } = dataOf(shape);
    const batch = { tokens, targets, weights: new Float32Array(count).fill(1) };
    const model = await Zebra.open(machine, spec, initialWeights(spec, 1), { batch: shape.B });
    const ms: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const started = performance.now();
      model.train(batch, RATE);
      await model.reports();
      if (round > 0) ms.push(performance.now() - started); // the first one warms up
    }
    const started = performance.now();
    for (let round = 0; round < rounds; round++) model.train(batch, RATE);
    const { loss } = (await model.reports()).at(-1)!;
    const together = (performance.now() - started) / rounds;
    const row: GpuRow = {
      size,
      plan,
      engine: 'zebra-webgpu',
      stepMs: { median: median(ms), min: Math.min(...ms), runs: rounds },
      stepsPerSecond: 1000 / together,
      tokensPerSecond: (1000 * count) / together,
      peakBytes: model.session.bytes,
      loss,
    };
    rows.push(row);
    say(row);
    model.dispose();
    if (faults.length > 0) throw new Error(faults[0]);
  }
  return { adapter: adapter.name, tiles: JSON.stringify(tiles ?? 'software'), rows };
}
