import { describe, expect, test } from 'vitest';
import { fromAddress, toAddress } from '../../src/compare/address';
import {
  addRun,
  changeShared,
  differencesOf,
  FIRST,
  namesOf,
  ownOf,
  PAPER_PLANS,
  paperRuns,
  sayDifferences,
  specsOf,
  tidyName,
  type Comparison,
} from '../../src/compare/comparison';
import { initialWeights } from '../../src/model/weights';
import { checkRun } from '../../src/spec/check';
import { modelSpecOf } from '../../src/spec/model';
import type { RunSpec } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';

const of = (...runs: Partial<RunSpec>[]): Comparison => ({
  shared: DEFAULTS,
  runs: runs.map((own) => ({ own: { ...ownOf(DEFAULTS), ...own } })),
});

describe('a comparison', () => {
  test('begins with the four plans of the paper, which differ only in the plan', () => {
    expect(specsOf(FIRST).map(({ plan }) => plan)).toEqual([
      'global',
      'local',
      'approximate',
      'grouped',
    ]);
    expect(differencesOf(FIRST).differ).toEqual(['plan']);
    expect(sayDifferences(FIRST)).toMatch(
      /^They differ in: plan\. Everything else is equal: Moby-Dick.*, window 16, .*seed 1, the batches, the initial weights/,
    );
  });

  test('gives every plan the same start values', () => {
    const [first, ...others] = specsOf(FIRST).map((spec) =>
      initialWeights(modelSpecOf({ ...spec, width: 16 }), spec.seed),
    );
    for (const other of others) expect(other).toEqual(first);
  });

  test('ignores a setting that a run does not read', () => {
    expect(
      differencesOf(of({ plan: 'global', window: 4 }, { plan: 'local', window: 8 })).differ,
    ).toEqual(['plan']);
    expect(
      differencesOf(of({ plan: 'local', window: 4 }, { plan: 'local', window: 8 })).differ,
    ).toEqual(['window']);
    expect(sayDifferences(of({ plan: 'local' }, { plan: 'local' }))).toMatch(/^They do not differ/);
    // Only one of the two reads stripes, so the comparison cannot call them equal.
    expect(sayDifferences(of({ plan: 'custom' }, { plan: 'grouped' }))).not.toMatch(
      /stripes|masks/,
    );
  });

  test('names runs by what they are, and equal names by what differs', () => {
    expect(namesOf(FIRST)).toEqual(['Global', 'Local', 'Approximate', 'Grouped']);
    expect(namesOf(of({ plan: 'local', window: 4 }, { plan: 'local', window: 8 }))).toEqual([
      'Local W 4',
      'Local W 8',
    ]);
    expect(namesOf(of({ plan: 'local' }, { plan: 'local' }))).toEqual(['Local', 'Local (2)']);
    const own = ownOf(DEFAULTS);
    expect(namesOf({ shared: DEFAULTS, runs: [{ own, name: 'Mine' }, { own }] })).toEqual([
      'Mine',
      'Grouped',
    ]);
  });

  test('keeps names to one line of at most 32 characters', () => {
    expect(tidyName('  two\n lines\u0000 ')).toBe('two lines');
    expect(tidyName('🦓'.repeat(40))).toBe('🦓'.repeat(32));
    expect(tidyName(' \n')).toBeUndefined();
  });

  test('passes a shared setting to every run; one of a single run stays there', () => {
    const changed = changeShared(FIRST, { context: 128, window: 4 });
    expect(specsOf(changed).map(({ context }) => context)).toEqual([128, 128, 128, 128]);
    expect(specsOf(changed).map(({ window }) => window)).toEqual([16, 16, 16, 16]);
  });

  test('adds the paper’s next missing plan', () => {
    const three = { ...FIRST, runs: FIRST.runs.filter(({ own }) => own.plan !== 'local') };
    expect(addRun(three).runs.at(-1)!.own.plan).toBe('local');
  });
});

describe('runs that keep the documents of a row apart', () => {
  const packed: RunSpec = { ...DEFAULTS, documents: 'masked' };
  const beside: Comparison = {
    shared: packed,
    runs: (['off', 'masked'] as const).map((documents) => ({
      own: { ...ownOf(packed), documents },
    })),
  };

  test('can be compared with those that do not, and their names and the sentence say so', () => {
    expect(namesOf(beside)).toEqual(['Grouped one text', 'Grouped documents apart']);
    expect(differencesOf(beside).differ).toEqual(['documents']);
    expect(fromAddress(toAddress(beside)).comparison.runs).toEqual(beside.runs);
  });

  test('have plans that can keep them apart', () => {
    const plans = (spec: RunSpec) => paperRuns(spec).map(({ own }) => own.plan);
    expect(plans(packed)).toEqual(['global', 'local', 'grouped']);
    expect(plans(DEFAULTS)).toEqual([...PAPER_PLANS]);
    for (const spec of specsOf(addRun(beside))) checkRun(spec);
  });
});
