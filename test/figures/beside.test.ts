import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { besideLosses, besideName, standsBeside } from '../../src/figures/beside';
import type { Recording } from '../../src/figures/recording';
import { OPENING } from '../../src/spec/preset';
import { CONTROLS, DEFAULTS, type RunSpec } from '../../src/spec/run';
import { besideWords } from '../../src/state/sliceWords';

const recording = (spec: RunSpec): Recording => ({
  version: 1,
  program: '0.1.0',
  made: '2026-11-29',
  machine: 'a laptop',
  backend: 'wasm',
  seconds: 100,
  spec,
  curve: [],
  validation: [
    { step: 80, loss: 1.2, tokens: 100 },
    {
      step: 160,
      loss: 1.1,
      tokens: 100,
      slices: [
        { id: 'line-above', loss: 1.5, accuracy: 0.4, tokens: 40 },
        { id: 'far-copy', loss: 0, accuracy: 0, tokens: 0 },
      ],
    },
  ],
  buckets: [],
  distances: [],
});
const local = (spec: RunSpec): RunSpec => ({ ...spec, plan: 'local', backend: 'wasm' });

describe('the recording that a run is held against', () => {
  test('is that of local layers, of the same text, context and seed', () => {
    expect(besideName(OPENING)).toBe(
      `${OPENING.task}-${OPENING.context}-local-${OPENING.seed}.json`,
    );
    expect(besideName(local(OPENING))).toBeUndefined();
    expect(besideName({ ...DEFAULTS, task: 'needle' })).toBeUndefined();
    expect(besideName({ ...DEFAULTS, task: 'no such text' })).toBeUndefined();
  });

  test('may attend in another way, and differs in no other setting', () => {
    const beside = recording(local(OPENING));
    for (const plan of ['global', 'grouped', 'approximate', 'custom']) {
      expect(standsBeside(beside, { ...OPENING, plan, place: 'last', groupSize: 4 })).toBe(true);
    }
    const others = CONTROLS.filter(
      ({ name }) => !['plan', 'stripes', 'groupSize', 'place', 'backend'].includes(name),
    );
    fc.assert(
      fc.property(fc.constantFrom(...others), ({ name }) => {
        const value = OPENING[name];
        const changed = { ...OPENING, [name]: typeof value === 'number' ? value + 1 : `${value}2` };
        expect(standsBeside(beside, changed)).toBe(false);
      }),
      { numRuns: 200 },
    );
    expect(standsBeside(recording({ ...OPENING, plan: 'global' }), OPENING)).toBe(false);
  });

  test('gives the losses of a slice where it was scored, and words for the last of them', () => {
    const beside = recording(local(OPENING));
    expect(besideLosses(beside, 'line-above')).toEqual([{ step: 160, loss: 1.5 }]);
    expect(besideLosses(beside, 'far-copy')).toEqual([]);
    const losses = besideLosses(beside, 'line-above');
    expect(besideWords(losses, 170)).toBe(
      'With every layer local it was 1.50 after 160 steps (recorded).',
    );
    expect(besideWords(losses, 200)).toBe(''); // from too long ago
    expect(besideWords([], 10)).toBe('');
  });
});
