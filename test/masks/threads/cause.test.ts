/** @file From a finding to its cell, to code that shows it, and to the repaired mask as a file. */
import { expect } from 'vitest';
import { InputError } from '../../../src/core/check';
import { maskOf } from '../../../src/attention/expression';
import { read } from '../../../src/attention/parse';
import { fromRule, type Mask } from '../../../src/attention/mask';
import { decidedBy, reproduction, type Reproduced } from '../../../src/masks/reproduce';
import { npyOf } from '../../../src/masks/save';
import { writtenOf } from '../../../src/state/answers.svelte';
import { dropped, type Dropped } from '../../support/dropped';
import { square, threads } from '../../support/threads';

/** Cells visited one after another, until they repeat. */
async function jumps({ workbench, desk }: Dropped): Promise<readonly (readonly number[])[]> {
  const { doc, current, otherExpression: other } = workbench;
  if (!other || other instanceof InputError) throw new Error('it is compared with nothing');
  const written = (layer: typeof current) => writtenOf(layer, doc.T, doc.queries);
  const seen: (readonly number[])[] = [];
  for (let after: { query: number; key: number } | undefined; ;) {
    const { cell } = await desk.ask({
      ...{ kind: 'next', mask: written(current), other: written({ expression: other, paint: [] }) },
      ...(after && { after }),
    });
    if (!cell || seen.some(([q, k]) => q === cell.query && k === cell.key)) return seen;
    seen.push([cell.query, cell.key]);
    after = cell;
  }
}

/** What the page offers next to a finding's cell. */
async function offered(page: Dropped): Promise<Reproduced> {
  const { workbench } = page;
  const cell = (await page.found()).find(({ cell }) => cell)!.cell!;
  workbench.point(cell);
  const meant = workbench.otherExpression;
  if (!meant || meant instanceof InputError) throw new Error('it is compared with nothing');
  return { queries: workbench.queries, keys: workbench.doc.T, cell, meant };
}

/** The saved file is the intended mask; opened again it has no findings. */
async function repaired(page: Dropped, meant: Mask): Promise<void> {
  const saved = npyOf(page.workbench.otherMask!);
  expect(saved).toEqual(npyOf(meant));
  const again = await dropped({ 'repaired.npy': saved });
  again.workbench.other = page.workbench.other;
  expect((await again.told()).findings).toEqual([]);
  expect(await again.difference()).toEqual([0]);
  page.workbench.repair();
  expect(await page.difference()).toEqual([0]);
}

threads('a finding', [
  {
    thread: 'Dao-AILab/flash-attention/issues/1133',
    what: 'the far corner of a window as long as the text',
    brought: square(64, (q, k) => k <= q && q - k < 63),
    findings: [],
    then: async (page) => {
      expect(page.workbench.other).toBe('causal');
      expect(await jumps(page)).toEqual([[63, 0]]);
      const about = await offered(page);
      expect(decidedBy(about)).toBe('let through by causal');
      const code = reproduction(about);
      expect(code).toContain('q, k = 63, 0');
      expect(code).toContain('T, FIRST = 64, 0');
      expect(code).toContain('return (kv_idx <= q_idx)');
      await repaired(page, maskOf(read('causal'), 64));
    },
  },
  {
    thread: 'pytorch/executorch/pull/21857',
    what: 'queries of a part that all read what the first may read',
    brought: fromRule(4, 16, (q, k) => k <= 12 + q && k >= 7),
    meant: 'causal & window(6)',
    findings: [],
    then: async (page) => {
      expect(await jumps(page)).toEqual([
        [1, 7],
        [2, 7],
        [2, 8],
        [3, 7],
        [3, 8],
        [3, 9],
      ]);
      const about = await offered(page);
      expect(about.cell).toEqual({ query: 1, key: 7 });
      expect(decidedBy(about)).toBe('blocked by window(6)');
      const code = reproduction(about);
      expect(code).toContain('q, k = 1, 7');
      // The queries are the last of the keys.
      expect(code).toContain('T, FIRST = 16, 12');
      await repaired(
        page,
        fromRule(4, 16, (q, k) => k <= 12 + q && 12 + q - k < 6),
      );
    },
  },
  {
    thread: 'DeepOpt-com/WrinkleFree-Monorepo/issues/53',
    what: 'positions that restart, and attention that does not: the second document reads the first',
    brought: square(6, (q, k) => k <= q),
    meant: 'causal & documents(4)',
    findings: [],
    then: async (page) => {
      expect(await jumps(page)).toHaveLength(8);
      const about = await offered(page);
      expect(about.cell).toEqual({ query: 4, key: 0 });
      expect(decidedBy(about)).toBe('blocked by documents(4)');
      expect(reproduction(about)).toContain('q, k = 4, 0');
      await repaired(
        page,
        square(6, (q, k) => k <= q && q < 4 === k < 4),
      );
    },
  },
  {
    thread: 'hyprstream/hyprstream/pull/1521',
    what: 'a triangle in the wrong corner',
    brought: fromRule(2, 8, (q, k) => k <= q),
    meant: 'causal',
    findings: [],
    then: async (page) => {
      expect((await jumps(page))[0]).toEqual([0, 1]);
      const about = await offered(page);
      expect(about.cell).toEqual({ query: 1, key: 7 });
      expect(decidedBy(about)).toBe('let through by causal');
      expect(reproduction(about)).toContain('T, FIRST = 8, 6');
      await repaired(
        page,
        fromRule(2, 8, (q, k) => k <= q + 6),
      );
    },
  },
]);
