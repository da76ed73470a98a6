import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { localLosses, localRunFor } from '../../src/compare/beside';
import { specsOf } from '../../src/compare/comparison';
import { readFile } from '../../src/compare/file';
import { OPENING } from '../../src/spec/preset';
import { CONTROLS, DEFAULTS } from '../../src/spec/controls';
import { besideWords } from '../../src/state/sliceWords';

const recorded = readFile(readFileSync('public/recorded/races/table.json', 'utf8'));

describe('the recorded run shown next to a run', () => {
  test('is the one of local layers in the comparison with the same settings', () => {
    const { start, run } = localRunFor(OPENING)!;
    expect(start).toBe('table');
    const { plan, ...rest } = specsOf(recorded.comparison)[run]!;
    expect(plan).toBe('local');
    expect({ ...rest, plan: OPENING.plan, backend: OPENING.backend }).toEqual(OPENING);
    expect(localRunFor({ ...OPENING, plan: 'local' })).toBeUndefined();
    expect(localRunFor({ ...DEFAULTS, task: 'needle' })).toBeUndefined();
    expect(localRunFor({ ...DEFAULTS, task: 'no such text' })).toBeUndefined();
  });

  test('may differ in its attention, and in no other setting', () => {
    for (const plan of ['global', 'grouped', 'approximate', 'custom']) {
      expect(localRunFor({ ...OPENING, plan, place: 'last', groupSize: 4 })?.start).toBe('table');
    }
    const masked = { ...OPENING, plan: 'custom', stripes: 'G1GS', masks: 'causal & window(8)' };
    expect(localRunFor(masked)?.start).toBe('table');
    const others = CONTROLS.filter(
      ({ name }) => !['plan', 'stripes', 'masks', 'groupSize', 'place', 'backend'].includes(name),
    );
    fc.assert(
      fc.property(fc.constantFrom(...others), ({ name }) => {
        const value = OPENING[name];
        const changed = { ...OPENING, [name]: typeof value === 'number' ? value + 1 : `${value}2` };
        expect(localRunFor(changed)).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });

  test('gives the losses of a slice if it was scored, and words for the last of them', () => {
    const losses = localLosses(recorded.histories[localRunFor(OPENING)!.run]!, 'line-above');
    expect(losses.map(({ step }) => step).slice(0, 6)).toEqual([1, 5, 10, 25, 50, 75]); // as the Lab validates
    expect(losses.at(-1)!.step).toBe(400);
    expect(losses.at(-1)!.loss).toBeGreaterThan(1.3);
    expect(localLosses(recorded.histories[0]!, 'no such slice')).toEqual([]);

    const one = [{ step: 160, loss: 1.5 }];
    expect(besideWords(one, 170)).toBe(
      'With every layer local it was 1.50 after 160 steps (recorded).',
    );
    expect(besideWords(one, 200)).toBe(''); // recorded too many steps earlier
    expect(besideWords([], 10)).toBe('');
  });
});
