/** @file A step of decoding: one row, which fits several patterns, and what is said about it. */
import { describe, expect, test } from 'vitest';
import { fromRule } from '../../src/attention/mask';
import { maskOf } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { npyOf } from '../../src/masks/save';
import { tileOf } from '../../src/masks/tile';
import { npyOfNumbers } from '../support/brought';
import { dropped } from '../support/dropped';

const row = (keys: number, reads: (key: number) => boolean) =>
  fromRule(1, keys, (_, k) => reads(k));

describe.each([
  [64, 48],
  [64, 47],
  [513, 256],
  [4097, 3072],
])('one row of %i keys that reads from key %i on', (keys, from) => {
  const window = keys - from;
  const brought = { 'mask.npy': npyOf(row(keys, (k) => k >= from)) };

  test('asks which of the matching patterns is meant, and is named by the user’s choice', async () => {
    const page = await dropped(brought);
    expect(page.says).toContain('which is meant?');
    expect(page.file.fits).toEqual([
      `causal & window(${window})`,
      `causal & !padding(${from}, 0)`,
      `causal & documents(${from})`,
    ]);
    for (const fits of page.file.fits) {
      page.file.nameAs(fits);
      expect(page.terms).toBe(fits);
      expect(page.says).toContain('which is meant?'); // it still asks
      expect(maskOf(read(page.terms), keys, 1).row(0)).toEqual([from, keys]);
    }
  });

  test('compared with a declared window ends too early or too late', async () => {
    const page = await dropped(brought);
    for (const [declared, key] of [
      [window - 1, from],
      [window + 1, from - 1],
    ] as const) {
      page.workbench.other = `causal & window(${declared})`;
      expect((await page.told()).findings).toEqual([`L5 at 0, ${key}`]);
    }
    page.workbench.other = `causal & window(${window})`;
    expect((await page.told()).findings).toEqual([]);
  });
});

test('a window of one more than a round number is questioned', async () => {
  const page = await dropped({ 'mask.npy': npyOf(row(4097, (k) => k >= 3072)) });
  expect(page.says).toContain('1,025 = 1,024 and the token itself');
});

describe('a row that reads everything except itself', () => {
  test.each([16, 33, 512, 4097])('of %i keys is not flipped, and is reported', async (keys) => {
    const page = await dropped({ 'mask.npy': npyOf(row(keys, (k) => k < keys - 1)) });
    expect(page.workbench.more?.reading?.allowed).toBe('nonzero');
    expect(page.workbench.more?.reading?.sure).toBe(false);
    const [found] = (await page.found()).filter(({ code }) => code === 'L2');
    expect(found!.what).toBe(`The query does not read itself: key ${keys - 1} is blocked.`);
    expect(page.says).toContain('plain causal');
    page.workbench.other = 'causal';
    expect((await page.found()).some(({ what }) => what.includes('does not read itself'))).toBe(
      true,
    );
  });

  test('is reported for any row without its own key, as a note if the cache may be longer', async () => {
    for (const last of [2, 9, 14]) {
      const page = await dropped({ 'mask.npy': npyOf(row(16, (k) => k > 0 && k <= last)) });
      await page.file.readAgain({ polarity: 'nonzero' });
      const said = (await page.found()).find(({ what }) => what.includes('does not read itself'));
      expect(said?.code).toBe(last === 14 ? 'L5' : 'L2');
      expect(said?.note).toBe(last === 14 ? undefined : true);
    }
  });
});

test('in a batch, a statement about all cells names the plane that is shown', async () => {
  const cells = Buffer.from([1, 1, 1, 1, 0, 1, 1, 1]);
  const page = await dropped({ 'mask.npy': npyOfNumbers([2, 1, 1, 4], cells) });
  expect(page.says).toContain('all cells of this plane are 1');
  expect(page.says).not.toContain('all its cells');
});

test.each([1, 4, 64])('%i rows of many keys have at least one pixel each', (queries) => {
  for (const keys of [512, 1024, 4097, 8192]) {
    const mask = maskOf(read(`causal & window(${Math.floor(keys / 4)})`), keys, queries);
    const { high, size, cells } = tileOf(mask, { query: 0, key: 0, side: keys }, 640);
    expect(high).toBe(queries);
    for (let y = 0; y < high; y++) {
      expect(cells[y * size]).toBe(0);
      expect(cells[y * size + Math.floor(size * 0.85)]).toBe(255);
    }
  }
});
