import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { paperRuns, specsOf, type Comparison } from '../../src/compare/comparison';
import { readFile, writeFile, type Saved } from '../../src/compare/file';
import {
  headOfKept,
  keptBytes,
  LONGEST_LINE,
  readKept,
  writeKept,
  type KeptHead,
} from '../../src/compare/kept';
import { InputError } from '../../src/core/check';
import { crc32 } from '../../src/core/crc32';
import { writeCheckpoint } from '../../src/model/files/checkpoint';
import { initialWeights } from '../../src/model/weights';
import { modelSpecOf } from '../../src/spec/model';
import type { RunSpec } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';

const shared: RunSpec = {
  ...DEFAULTS,
  task: 'needle',
  distance: 20,
  context: 48,
  width: 16,
  heads: 2,
  layers: 2,
  batch: 4,
};
const comparison: Comparison = { shared, runs: paperRuns(shared) };
const specs = specsOf(comparison);
const STEP = 3;
const head: KeptHead = { step: STEP, names: ['Global', 'Local', 'Approximate', 'Grouped'] };

const squares = (spec: RunSpec) =>
  new Map([...initialWeights(modelSpecOf(spec), 3)].map(([n, w]) => [n, w.map((x) => x * x)]));
const checkpointOf = (spec: RunSpec, step = STEP) =>
  writeCheckpoint({
    spec,
    step,
    weights: initialWeights(modelSpecOf(spec), 1),
    adamMoments: { m: initialWeights(modelSpecOf(spec), 2), v: squares(spec) },
  });
const saved: Saved = {
  comparison,
  machine: { name: 'wasm', device: 'WebAssembly SIMD', kernel: 'simd' },
  program: '0.1.0',
  made: '2026-11-30',
  repeats: [],
  histories: specs.map(() => ({
    steps: Array.from({ length: STEP }, (_, i) => ({
      step: i + 1,
      loss: 4 - i,
      accuracy: 0.25,
      gradNorm: 1,
      rate: 0.001,
      ms: 10,
      batch: `0000000${i}`,
    })),
    validations: [],
  })),
};
const text = writeFile(saved);
const checkpoints = specs.map((spec) => checkpointOf(spec));

async function joined(parts: Uint8Array<ArrayBuffer>[]): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
const whole = () => joined(writeKept(head, text, checkpoints));

describe('kept runs', () => {
  test('come back with their numbers, their step and a checkpoint each', async () => {
    const kept = readKept(await whole());
    expect(kept.step).toBe(STEP);
    expect(kept.saved).toEqual(readFile(text));
    expect(kept.checkpoints.map(crc32)).toEqual(checkpoints.map(crc32));
  });

  test('are recognised by their first bytes, and take about as much space as predicted', async () => {
    const bytes = await whole();
    expect(headOfKept(bytes.slice(0, LONGEST_LINE))).toEqual(head);
    const said = keptBytes(specs);
    const took = checkpoints.reduce((sum, { length }) => sum + length, 0);
    expect(took).toBeGreaterThan(said);
    expect(took).toBeLessThan(1.5 * said + 40_000);
  });

  test('are refused if the file was truncated or its numbers changed', async () => {
    const bytes = await whole();
    expect(() => readKept(bytes.slice(0, -1))).toThrow(/cut short/);
    const at = bytes.indexOf(10) + 40;
    const other = bytes.slice();
    other[at]! ^= 1;
    expect(() => readKept(other)).toThrow(/not as they were written/);
  });

  test('are refused if they are of another version, with the version found', async () => {
    const parts = writeKept(head, text, checkpoints);
    const line = new TextDecoder().decode(parts[0]).replace('"version":1', '"version":7');
    const bytes = await joined([new TextEncoder().encode(line), ...parts.slice(1)]);
    expect(() => readKept(bytes)).toThrow(/another version of this page \(7; this one reads 1\)/);
    expect(() => headOfKept(bytes)).toThrow(/another version/);
  });

  test('are refused if a checkpoint is of another step or of other settings', async () => {
    const ahead = checkpoints.with(2, checkpointOf(specs[2]!, STEP + 1));
    await expect(joined(writeKept(head, text, ahead)).then(readKept)).rejects.toThrow(
      'the checkpoint of Approximate is of step 4, the others of 3',
    );
    const swapped = checkpoints.with(1, checkpoints[0]!);
    await expect(joined(writeKept(head, text, swapped)).then(readKept)).rejects.toThrow(
      'the checkpoint of Local was trained with another plan than the comparison says',
    );
    await expect(
      joined(writeKept(head, text, checkpoints.slice(1))).then(readKept),
    ).rejects.toThrow('compares 4 runs and holds checkpoints of 3');
  });

  test('are refused in words if anything else in the file is wrong', () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    const lines = fc.json().map((json) => new TextEncoder().encode(`${json}\n`));
    fc.assert(
      fc.property(fc.oneof(bytes, lines), (given) => {
        expect(() => readKept(new Uint8Array(given))).toThrow(InputError);
      }),
    );
  });
});
