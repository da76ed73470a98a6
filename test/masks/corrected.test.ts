/**
 * @file The code next to an opened file, and the corrected file: for every kind of file, read again as the page reads
 * it.
 */
import { describe, expect, test } from 'vitest';
import { openedCases, openedRun } from '../../scripts/interop/opened';
import { Desk } from '../../src/masks/desk';
import { readNpy } from '../../src/masks/foreign/npy';
import { openFiles } from '../../src/masks/foreign/foreign';
import { sizeOf } from '../../src/masks/foreign/matrix';
import { reproduction, savedName } from '../../src/masks/reproduce';
import { read } from '../../src/attention/parse';

describe.each(openedCases.map((one) => [one.id, one] as const))('%s', (_, one) => {
  test('the code loads the file by its name', async () => {
    const { code, difference } = await openedRun(one);
    const names = Object.keys(one.files);
    expect(names.some((name) => code.includes(name))).toBe(true);
    expect(code).not.toContain(`np.load('${savedName(24, 24)}')`);
    expect(code).toContain(`q, k = ${difference.first!.query}, ${difference.first!.key}`);
  });

  test('the repaired file differs from it only in the wrong cells', async () => {
    const { saved, difference } = await openedRun(one);
    expect(saved.cells).toBe(difference.cells);
    if (one.name !== undefined) expect(saved.name).toBe(one.name);
    const again = readNpy(saved.bytes);
    const named = Object.entries(one.files).map(([name, bytes]) => ({
      name,
      bytes: bytes.slice(),
    }));
    const { tensors } = await openFiles(named);
    const first = tensors[0]!;
    const before = first.parts
      ? first.parts[one.layer ?? 0]!
      : tensors[tensors.length > 1 ? (one.picked?.[0] ?? 0) : 0]!;
    expect(again.shape).toEqual(before.shape);
    expect(again.kind).toBe(before.kind);
    const numbers = new Set<number>();
    let changed = 0;
    const rows = (strides: readonly number[], i: number) =>
      before.shape.reduce(
        ([at, left], count, axis) => {
          const size = sizeOf(before.shape.slice(axis + 1));
          return [at + (Math.floor(left / size) % count) * strides[axis]!, left % size] as const;
        },
        [0, i] as readonly [number, number],
      )[0];
    for (let i = 0; i < sizeOf(before.shape); i++) numbers.add(before.number(i));
    for (let i = 0; i < sizeOf(before.shape); i++) {
      const [old, now] = [before.number(rows(before.strides, i)), again.number(i)];
      if (old !== now) changed++;
      expect(numbers.has(now)).toBe(true); // its own fill
    }
    expect(changed).toBe(difference.cells);
  });

  test('the repaired file, opened again, is the intended mask', async () => {
    const { saved } = await openedRun(one);
    const desk = new Desk();
    const files = [{ name: saved.name, bytes: saved.bytes.slice() }];
    await desk.answer({ kind: 'open', files });
    const picked = saved.shape.length > 2 ? (one.picked ?? []).slice(-2) : [];
    const { opened } = await desk.answer({ kind: 'pick', ...one.said, picked });
    const { T, queries = T, layers } = opened.doc;
    const layer = layers[layers.length > 1 ? (one.layer ?? 0) : 0]!;
    const { cells } = await desk.answer({
      kind: 'difference',
      mask: {
        T,
        queries,
        expression: (await import('../../src/attention/expression')).write(layer.expression),
        paint: '',
      },
      other: { T, queries, expression: one.meant, paint: '' },
    });
    expect(layer.paint).toEqual([]);
    expect(cells).toBe(0);
  });
});

test('a mask without a file is loaded as the page saves it', () => {
  const about = { queries: 4, keys: 16, cell: { query: 1, key: 7 }, meant: read('causal') };
  expect(reproduction(about)).toContain("np.load('zebra-mask-4x16.npy')");
});
