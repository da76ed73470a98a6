/** @file Whatever a mask is and is meant to be, a finding points into it, and its sentences are whole. */
import { expect, test } from 'vitest';
import { maskOf } from '../../src/attention/expression';
import { fromCells, has } from '../../src/attention/runs';
import { read } from '../../src/attention/parse';
import { random } from '../../src/core/random';
import { declaredOf } from '../../src/masks/declared';
import { lint } from '../../src/masks/lint';
import { draws } from '../support/draws';

const MEANT = [
  'causal',
  'causal & window(1)',
  'causal & window(3)',
  'causal & chunk(4)',
  'causal & documents(5, 9)',
  'causal & !padding(2, 1)',
  'causal | span(2, 5)',
  'causal | prefix(3)',
  'causal & (window(3) | sink(1))',
  'window(3) & !ahead(2)',
];

test('findings about masks with wrong cells at random are in the mask, and in words', () => {
  const drawn = random(7);
  const next = () => drawn.next();
  for (let draw = 0; draw < draws(6000).numRuns; draw++) {
    const keys = 2 + Math.floor(next() * 20);
    const queries = 1 + Math.floor(next() * keys);
    const name = MEANT[Math.floor(next() * MEANT.length)]!;
    const meant = maskOf(read(name), keys, queries);
    const wrong = [0, 0.01, 0.1, 0.5][Math.floor(next() * 4)]!;
    const cells = Uint8Array.from({ length: queries * keys }, (_, i) =>
      Number(has(meant.row(Math.floor(i / keys)), i % keys) !== next() < wrong),
    );
    const mask = { queries, keys, row: (q: number) => fromCells(cells, q * keys, keys) };
    const findings = lint({
      masks: [mask],
      expressions: [read(name)],
      declared: declaredOf(read(name), keys),
      ...(next() < 0.5 && { meant: [meant] }),
    });
    for (const { cell, what, consequence, fix, code } of findings) {
      const where = `${code} of ${queries} × ${keys}, ${name}: ${what}`;
      expect(what, where).not.toMatch(/undefined|NaN|null|Infinity/);
      expect(`${consequence} ${fix}`, where).not.toMatch(/undefined|null|Infinity/);
      if (!cell) continue;
      expect(Number.isInteger(cell.query) && Number.isInteger(cell.key), where).toBe(true);
      expect(cell.query >= 0 && cell.query < queries, where).toBe(true);
      expect(cell.key >= 0 && cell.key < keys, where).toBe(true);
    }
  }
});
