import { describe, expect, test } from 'vitest';
import { BLOCKED } from '../../src/attention/cells';
import { plans } from '../../src/attention/plans';
import { reachCone } from '../../src/attention/reach';
import { reachCells } from '../../src/draw/reachCells';
import { DEFAULTS } from '../../src/spec/controls';

const local = { pattern: 'local', params: { window: 2 } };
const global = { pattern: 'global', params: {} };

const picture = (cells: Uint8Array | undefined, size: number) =>
  Array.from({ length: size }, (_, q) =>
    [...cells!.subarray(q * size, (q + 1) * size)].map((kind) => '.#s~'[kind]).join(''),
  );

describe('cells of reach', () => {
  test('after two local layers a token reaches one token further, through an intermediate one', () => {
    const [first, second] = reachCells([local, local], 5, 1);
    expect(picture(first, 5)).toEqual(['#....', '##...', '.##..', '..##.', '...##']);
    expect(picture(second, 5)).toEqual(['#....', '##...', '~##..', '.~##.', '..~##']);
  });

  test('a local layer above a global one reaches everything before it', () => {
    expect(picture(reachCells([global, local], 4, 1)[1], 4)).toEqual([
      '#...',
      '##..',
      '~##.',
      '~~##',
    ]);
  });

  test('a pooled cell shows the nearest kind inside it', () => {
    const cells = reachCells([local, local], 8, 2)[1]!;
    expect(cells.length).toBe(16);
    expect(cells[0]).not.toBe(BLOCKED);
    expect(cells[1]).toBe(BLOCKED);
  });

  const custom = (stripes: string, masks = '') => ({ plan: 'custom', stripes, masks });
  test.each([
    ...plans.all.map(({ id }) => ({ ...DEFAULTS, plan: id })),
    { ...DEFAULTS, ...custom('SKSK') },
    { ...DEFAULTS, ...custom('1S21', 'causal | chunk(4); causal & dilated(3) & !sink(2)') },
  ])('agree with the reach cone of every query: $plan $stripes', (spec) => {
    const T = 40;
    const plan = plans.get(spec.plan).expand({ ...spec, window: 5, chunk: 4 });
    const cells = reachCells(plan, T, 1);
    plan.forEach((_, l) => {
      for (let q = 0; q < T; q++) {
        const cone = reachCone(plan.slice(0, l + 1), T, q)[0]!;
        const row = cells[l]!.subarray(q * T, (q + 1) * T);
        expect([...row].map((kind) => +(kind !== BLOCKED))).toEqual([...cone]);
      }
    });
  });
});
