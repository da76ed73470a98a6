/**
 * @file Masks and configs from public bug reports: generated here from the rule each thread describes, as small as
 * shows the problem, nothing copied. The intended mask is the one that the thread names.
 */
import { describe, expect, test } from 'vitest';
import { maskOf } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { cellsOf, fromRule, type Mask } from '../../src/attention/mask';
import type { Given } from '../../src/masks/given';
import { npyOf } from '../../src/masks/save';
import { npyOfNumbers } from './brought';
import { dropped, type Dropped, type Files } from './dropped';

export interface Thread {
  readonly thread: string; // owner/repository/issues/1
  readonly what: string;
  /** The files dropped on the page, or one mask as a .npy. */
  readonly brought: Files | Mask;
  /** Why it is refused. */
  readonly refused?: string;
  /** Typed into the field "Compare with". */
  readonly meant?: string;
  readonly given?: Given;
  /** Parts of the sentences that describe it. */
  readonly says?: string | readonly string[];
  readonly terms?: string;
  /**
   * Findings without notes; `notes` lists notes about anything but how the numbers were read. Left out if `says` is all
   * there is.
   */
  readonly findings?: readonly string[];
  readonly notes?: readonly string[];
  /** Cells that differ from the intended mask, and the first. */
  readonly difference?: readonly number[];
  /** Further checks of the page. */
  readonly then?: (page: Dropped) => Promise<void> | void;
}

/** Fewest threads of a kind. */
const ENOUGH = 3;

const isMask = (brought: Thread['brought']): brought is Mask =>
  typeof brought['row'] === 'function';

async function asked(one: Thread): Promise<void> {
  const { brought } = one;
  const page = await dropped(isMask(brought) ? { 'mask.npy': npyOf(brought) } : brought);
  if (one.refused !== undefined) {
    expect(page.file.refused).toContain(one.refused);
    return;
  }
  expect(page.file.refused).toBe('');
  for (const part of [one.says ?? []].flat()) expect(page.says).toContain(part);
  if (one.terms !== undefined) expect(page.terms).toBe(one.terms);
  if (one.meant !== undefined) page.workbench.other = one.meant;
  if (one.given) page.workbench.given = one.given;
  await one.then?.(page);
  const { findings, notes } = await page.told();
  if (one.findings) expect(findings).toEqual(one.findings);
  if (one.notes) expect(notes.filter((note) => note !== 'L6')).toEqual(one.notes);
  if (one.difference) expect(await page.difference()).toEqual(one.difference);
}

/** Threads about one kind of mask or bug. */
export function threads(kind: string, cases: readonly Thread[]): void {
  describe(kind, () => {
    test.each(cases.map((one) => [one.thread, one.what, one] as const))(
      '%s: %s',
      async (_thread, _what, one) => asked(one),
    );

    test(`has ${ENOUGH} threads or more`, () => {
      const all = cases.map(({ thread }) => thread);
      expect(new Set(all).size).toBeGreaterThanOrEqual(ENOUGH);
      for (const thread of all) expect(thread).toMatch(/^[\w.-]+\/[\w.-]+\/(issues|pull)\/\d+$/);
    });
  });
}

/** Planes of T × T cells by their masks as written; the last two of `shape` are T. */
export const planesOf = (shape: readonly number[], ...texts: readonly string[]): Uint8Array =>
  npyOfNumbers(
    shape,
    Buffer.concat(texts.map((text) => cellsOf(maskOf(read(text), shape.at(-1)!)))),
  );

export const square = (T: number, rule: (q: number, k: number) => boolean): Mask =>
  fromRule(T, T, rule);
