/** @file What the page says about a wrong cell, and about rows that read nothing: over every cell and every row. */
import { describe, expect, test } from 'vitest';
import { differenceOf } from '../../src/attention/mask';
import { maskOf, brief } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { count, has, run } from '../../src/attention/runs';
import { Desk } from '../../src/masks/desk';
import { decidedBy, differsAt, wrongCell } from '../../src/masks/reproduce';
import { needOf, unreadIn } from '../../src/masks/analysis/need';
import { npyOfNumbers } from '../support/brought';
import { dropped } from '../support/dropped';

const T = 12;
const PAIRS = [
  ['causal', 'causal & window(4)'],
  ['causal & !padding(3, 0)', 'causal & !padding(4, 0)'],
  ['causal & documents(5)', 'causal'],
  ['causal & window(5)', 'causal & window(4) | span(2, 6)'],
] as const;

describe('the cell reported as wrong', () => {
  test.each(PAIRS)('differs between %s and %s, whichever cell is chosen', (own, other) => {
    const [mask, meant] = [maskOf(read(own), T), maskOf(read(other), T)];
    const { first } = differenceOf(mask, meant);
    for (let query = 0; query < T; query++)
      for (let key = 0; key < T; key++) {
        const chosen = { query, key };
        const cell = wrongCell(mask, meant, chosen, first!);
        expect(differsAt(mask, meant, cell)).toBe(true);
        expect(cell).toEqual(differsAt(mask, meant, chosen) ? chosen : first);
        const allowed = has(meant.row(cell.query), cell.key);
        const said = decidedBy({ queries: T, keys: T, cell, meant: read(other) });
        expect(said).toMatch(allowed ? /^let through by / : /^blocked by /);
      }
  });

  test('is reported for a plane, and is not a correct cell of padding', async () => {
    const rows = (wrong: boolean) =>
      Array.from({ length: 64 }, (_, q) =>
        Array.from({ length: 64 }, (_, k) =>
          k <= q && k >= 20 && !(wrong && q === 40 && k === 40) ? 0 : -65504,
        ),
      ).flat();
    const whole = Float32Array.from([...rows(false), ...rows(false), ...rows(true)]);
    const page = await dropped({
      'mask.npy': npyOfNumbers([3, 1, 64, 64], Buffer.from(whole.buffer), '<f4'),
    });
    const { alike } = await page.planes();
    const wrong = alike.find(({ planes }) => planes[0]![0] === 2)!;
    expect(wrong.off?.cells).toBe(1);
    await page.file.showFound(wrong);
    expect(page.workbench.cell).toEqual({ query: 40, key: 40 });
  });
});

describe('rows that read nothing', () => {
  test.each([1, 5, 11])('depend on nothing with padding of %i, and hold nothing', async (left) => {
    const mask = maskOf(read(`causal & !padding(${left}, 0)`), T);
    expect(unreadIn(needOf(mask))).toEqual(run(0, left));
    const desk = new Desk();
    const written = { T, expression: brief(read(`causal & !padding(${left}, 0)`)), paint: '' };
    for (let query = 0; query < T; query++) {
      const { reads } = await desk.answer({
        kind: 'stack',
        layers: [{ mask: written, count: 3 }],
        query,
      });
      expect(reads).toBe(count(mask.row(query)) > 0);
    }
  });

  test('read as soon as one layer lets them', async () => {
    const written = (expression: string) => ({ T, expression, paint: '' });
    const { reads } = await new Desk().answer({
      kind: 'stack',
      layers: [
        { mask: written('causal & !padding(3, 0)'), count: 1 },
        { mask: written('causal'), count: 1 },
      ],
      query: 0,
    });
    expect(reads).toBe(true);
  });
});
