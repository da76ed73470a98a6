/** @file Lints: each on a mask it should catch and on one that only looks similar; none on a correct mask. */
import { describe, expect, test } from 'vitest';
import { maskOf } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { lint, lints } from '../../src/masks/lint';
import type { Declared, Subject } from '../../src/masks/subject';
import { cells } from './lintCases/cells';
import { numbers } from './lintCases/numbers';
import { BLOCKING, by, CAUSAL, painted, speaking, T, type Cases } from './lintCases/subject';
import { texts } from './lintCases/texts';
import { windows } from './lintCases/windows';

const cases: Cases = { ...cells, ...numbers, ...texts, ...windows };

describe('every lint', () => {
  test('has a case and a near miss here', () => {
    const codes = lints.all.map(({ id }) => id).sort();
    expect(
      Object.keys(cases).sort(),
      'each code has an entry in a file of test/masks/lintCases',
    ).toEqual(codes);
    for (const { found, near } of Object.values(cases))
      expect(Math.min(found.length, near.length)).toBeGreaterThan(0);
  });

  const rows = (kind: 'found' | 'near') =>
    Object.entries(cases).flatMap(([code, both]) =>
      both[kind].map((one) => [code, one.name, one] as const),
    );

  test.each(rows('found'))('%s finds: %s', (code, _, { subject, cell, layer }) => {
    // The note on how the file was read comes in addition.
    const findings = lint(subject).filter((one) => one.code === code || !one.note);
    expect(
      findings.map((one) => one.code),
      speaking(subject),
    ).toEqual([code]);
    const [finding] = findings;
    expect(finding!.layer).toBe(layer);
    if (cell) expect(finding!.cell).toEqual(cell);
    for (const words of [finding!.what, finding!.consequence, finding!.fix])
      expect(words, 'is one sentence').toMatch(/^\S[^\n]*[^.]\.$/);
    expect(finding!.thread).toMatch(
      /^https:\/\/github\.com\/[\w.-]+\/[\w.-]+\/(issues|pull)\/\d+$/,
    );
  });

  test.each(rows('near'))('%s ignores: %s', (code, _, { subject }) => {
    expect(lints.get(code).check(subject)).toEqual([]);
  });
});

test.each([
  ['zero', true, 'The file was inverted'],
  ['nonzero', true, 'as in the file'],
  ['zero', false, 'The file was inverted'],
  ['additive', true, 'shown as blocked'],
] as const)('the way a file was read is a note: %s, sure %s', (allowed, sure, consequence) => {
  const subject = { ...by(CAUSAL, 'causal'), reading: { ...BLOCKING, allowed, sure } };
  const [finding, ...rest] = lint(subject);
  expect(rest).toEqual([]);
  expect(finding).toMatchObject({ code: 'L6', note: true });
  expect(finding!.consequence).toContain(consequence);
  expect(finding!.what).toContain(BLOCKING.because);
  expect(finding!.what.includes('as a guess')).toBe(!sure);
  for (const words of [finding!.what, finding!.consequence, finding!.fix])
    expect(words, 'is one sentence').toMatch(/^\S[^\n]*[^.]\.$/);
});

describe('one cause is reported once', () => {
  const masked = (subject: Subject, hidden: readonly string[], left: readonly string[]) => {
    for (const code of hidden)
      expect(lints.get(code).check(subject), `${code} by itself`).not.toEqual([]);
    expect(
      lint(subject).map(({ code }) => code),
      speaking(subject),
    ).toEqual(left);
  };

  test('a flip explains the future, dead rows and unread keys', () =>
    masked(by(CAUSAL, '!causal'), ['L1', 'L2', 'L3'], ['L6']));
  test('a flip explains documents that leak', () =>
    masked(by({ documents: [8] }, '!documents(8)'), ['L12'], ['L6']));
  test('a flip explains only its own layer', () =>
    masked(by(CAUSAL, '!causal', '~causal'), [], ['L3', 'L6']));
  test('a wrong sign explains dead rows, unread keys and the lost window', () =>
    masked(by({ ...CAUSAL, window: 4 }, 'causal & !window(4)'), ['L1', 'L2'], ['L5']));
  test('a corner explains unread keys', () =>
    masked(cases['L7']!.found[0]!.subject, ['L2'], ['L7']));
  test('a finite fill explains its dead rows', () =>
    masked(cases['L8']!.found[2]!.subject, ['L1'], ['L8']));
  test('a leak in the mask explains what the probe saw', () =>
    masked({ ...by(CAUSAL, '~causal'), probe: { changed: 5, moved: [0, T] } }, ['L4'], ['L3']));
  test('a window in the wrong layer explains the one that lacks it', () =>
    masked(cases['L10']!.found[0]!.subject, ['L9'], ['L10']));
  test('a window of another layer’s size explains its ends', () =>
    masked(cases['L10']!.found[2]!.subject, ['L5'], ['L10']));
  test('a window not applied explains the ring that loses keys', () =>
    masked(
      { ...by({ ...CAUSAL, window: 4 }, 'causal'), caches: [{ kind: 'ring', slots: 4 }] },
      ['L11'],
      ['L9'],
    ));
  test('a window one too long explains the ring that is one too short', () =>
    masked(
      {
        ...by({ ...CAUSAL, window: 4 }, 'causal & window(5)'),
        caches: [{ kind: 'ring', slots: 4 }],
      },
      ['L11'],
      ['L5'],
    ));
  test('whole blocks explain the future', () =>
    masked(cases['L14']!.found[2]!.subject, ['L3'], ['L14']));
  test('a window too short does not explain a cache that never lets go', () =>
    masked(
      { ...by({ ...CAUSAL, window: 4 }, 'causal & window(3)'), caches: [{ kind: 'all' }] },
      [],
      ['L5', 'L11'],
    ));
  test('a leak does not explain another cell, and a window that ends too late does', () => {
    masked(
      {
        ...painted(CAUSAL, (q, k) => (k <= q && !(q === 9 && k === 2)) || (q === 3 && k === 5)),
        meant: [maskOf(read('causal'), T)],
      },
      [],
      ['L3', 'L16'],
    );
    masked(
      {
        ...by({ ...CAUSAL, window: 4 }, 'causal & window(5)'),
        meant: [maskOf(read('causal & window(4)'), T)],
      },
      ['L16'],
      ['L5'],
    );
  });
  test('two causes are two findings', () => {
    masked(by({ ...CAUSAL, documents: [8] }, '~causal'), [], ['L3', 'L12']);
    masked(by({ ...CAUSAL, window: 4, documents: [8] }, 'causal & window(5)'), [], ['L5', 'L12']);
  });
});

test('the advice for a leak next to images does not cut the images', () => {
  const meant: Declared = { ...CAUSAL, spans: [[2, 6]] };
  const leaking = (cells: number) =>
    painted(meant, (q, k) => k <= q || (q > 1 && q < 6 && k < 6) || (q === 8 && k <= 8 + cells));
  const [one, two] = [1, 2].map((cells) => lint(leaking(cells))[0]!);
  expect([one!.code, one!.cell]).toEqual(['L3', { query: 8, key: 9 }]);
  expect(one!.fix).toContain('causal | span');
  expect(one!.what).toMatch(/its future\.$/);
  expect(two!.what).toContain('so does 1 more cell.');
  const plain = lint(painted(CAUSAL, (q, k) => k <= q + 1));
  expect(plain[0]!.fix).toContain('Intersect');
});
