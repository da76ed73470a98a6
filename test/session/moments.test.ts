/** @file Attention maps of runs saved in a file, on a row that holds several documents. */
import { expect, test } from 'vitest';
import { BLOCKED, EXACT } from '../../src/attention/cells';
import { readFile, writeFile } from '../../src/compare/file';
import { ownOf, specsOf, type Comparison } from '../../src/compare/comparison';
import type { AttentionFrame } from '../../src/workers/train/results';
import type { RunSpec } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';
import {
  packedWeights,
  readMoments,
  record,
  unpack,
  writeMoments,
} from '../../src/session/moments';

const T = 16;
const shared: RunSpec = { ...DEFAULTS, context: T, layers: 2, heads: 1, width: 16, window: 4 };
const comparison: Comparison = {
  shared,
  runs: (['off', 'masked'] as const).map((documents) => ({
    own: { ...ownOf(shared), plan: 'global', documents },
  })),
};

/** Maps of one row. With `begins`, its documents begin there and a query reads only its own; otherwise all tokens before it. */
function frameOf(begins: readonly number[] | undefined): AttentionFrame {
  const documentOf = (t: number) => (begins ?? []).filter((at) => at <= t).length;
  const mask = Uint8Array.from({ length: T * T }, (_, i) => {
    const [q, k] = [Math.floor(i / T), i % T];
    return k <= q && documentOf(q) === documentOf(k) ? EXACT : BLOCKED;
  });
  const layer = { weights: Float32Array.from(mask), mask };
  return {
    step: 0,
    tokens: Array.from({ length: T }, () => 'a'),
    T,
    heads: 1,
    size: T,
    factor: 1,
    layers: [layer, layer],
    ...(begins && { begins }),
  };
}

test('maps read from a file have their run’s mask, within documents if the run keeps them apart; a file with documents out of order is refused', () => {
  const frames = [frameOf(undefined), frameOf([5, 11])];
  const pictures = writeMoments(record([], 0, frames))!;
  const file = writeFile({
    comparison,
    machine: { name: 'cpu', device: 'JavaScript', kernel: 'host' },
    program: '0.1',
    made: '2026-11-30',
    histories: comparison.runs.map(() => ({ steps: [], validations: [] })),
    repeats: [],
    pictures,
  });
  const saved = readFile(file);
  expect(saved.pictures!.begins).toEqual([5, 11]);
  const [{ value }] = readMoments(saved.pictures!, specsOf(saved.comparison)) as [
    ReturnType<typeof readMoments>[number],
  ];
  value.forEach((packed, run) => {
    const read = unpack(packed!);
    expect(read.begins).toEqual(frames[run]!.begins);
    read.layers.forEach(({ mask }, l) => expect(mask).toEqual(frames[run]!.layers[l]!.mask));
  });
  expect(() => readFile(file.replace('"begins":[5,11]', '"begins":[11,5]'))).toThrow(/in order/);
});

test('a frame whose weights were packed when it arrived is recorded without packing them again', () => {
  const frames = [frameOf(undefined), frameOf(undefined)];
  const early = packedWeights(frames[0]!);
  const [{ value }] = record([], 0, frames) as [ReturnType<typeof record>[number]];
  value[0]!.layers.forEach(({ weights }, l) => expect(weights).toBe(early[l]));
  expect(value[1]!.layers.map(({ weights }) => weights)).toEqual(early);
});
