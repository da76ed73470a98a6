/** @file The sentence above a comparison: what it says about hand-made runs, and what it never says. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findingOf, share, type Contender, type Question } from '../../src/compare/finding';

const TEXT: Question = { measure: { of: 'text' }, context: 512, far: 16_384, warmup: 50 };
const NEEDLE: Question = {
  measure: { of: 'answers', chance: 0.125, together: 4 },
  context: 48,
  far: 16_384,
  distance: 28,
  warmup: 30,
};
/** Names, the value each reached after `step` steps and has kept since half of them, and its FLOPs. */
const FLOPS: Record<string, number> = { Global: 2.03e6, Grouped: 1.66e6, Local: 1.29e6 };
function run(name: string, value?: number, change: Partial<Contender> = {}): Contender {
  const step = change.step ?? 300;
  return {
    name,
    flops: FLOPS[name] ?? 1.5e6,
    farFlops: (FLOPS[name] ?? 1.5e6) ** 2, // at long range they differ more
    reach: name === 'Local' ? 61 : 512,
    step,
    validations: value === undefined ? [] : still(value, step),
    repeats: [],
    ...change,
  };
}
const still = (value: number, step: number) =>
  [step / 2, step].map((at) => ({ step: at, loss: value, accuracy: value, tokens: 256 }));
const seeds = (...values: number[]): Contender['repeats'] =>
  values.map((value, i) => ({ seed: i + 2, validations: still(value, 300) }));

describe('on texts', () => {
  test('it names the runs level with the best, their price, and how far the others are behind', () => {
    const finding = findingOf(
      [run('Global', 0.833), run('Grouped', 0.84), run('Local', 1.067)],
      TEXT,
    );
    expect(finding.title).toBe(
      'After 300 steps Grouped is as good as Global (0.84 and 0.83 nats) for 82 % of its FLOPs; Local is 0.23 worse.',
    );
    expect(finding.standings).toEqual(['level', 'level', 'behind']);
    expect(finding.price).toBe(
      "On texts of 16,384 tokens Grouped would need 67 % of Global's FLOPs per token.",
    );
    expect(finding.because).toEqual(['Local can use at most 61 tokens of a context of 512.']);
    expect(finding.trust).toMatch(/^One seed\. .* differences up to 0\.05 are not reported\.$/);
  });

  test('a mask kept as rows has no price on long texts, and the sentence says so', () => {
    const { farFlops: _, ...rows } = run('Rows', 0.835);
    const three = findingOf([run('Global', 0.833), run('Grouped', 0.84), rows], TEXT);
    expect(three.price).toBe(
      "On texts of 16,384 tokens Grouped would need 67 % of Global's FLOPs per token. Rows has no price on texts of 16,384 tokens: the mask is known for 512 tokens only.",
    );
    const two = findingOf([run('Global', 0.833), rows], TEXT);
    expect(two.price).toBe(
      'Rows has no price on texts of 16,384 tokens: the mask is known for 512 tokens only.',
    );
    // A run that is behind gets no price.
    const { farFlops: __, ...behind } = run('Rows', 1.9);
    expect(findingOf([run('Global', 0.833), run('Grouped', 0.84), behind], TEXT).price).toBe(
      "On texts of 16,384 tokens Grouped would need 67 % of Global's FLOPs per token.",
    );
  });

  test('the best is named if it is not the most expensive', () => {
    expect(
      findingOf([run('Global', 0.754), run('Grouped', 0.731), run('Local', 1.001)], TEXT).title,
    ).toContain('Local is 0.27 worse than Grouped.');
  });

  test('a run that is ahead is called ahead', () => {
    expect(
      findingOf([run('Global', 0.8), run('Grouped', 0.9), run('Local', 1.0)], TEXT).title,
    ).toBe(
      'After 300 steps Global is ahead with 0.80 nats; Grouped is 0.10 worse and Local is 0.20 worse.',
    );
  });

  test('runs with the same result leave only the price', () => {
    expect(
      findingOf([run('Global', 2.07), run('Local', 2.06), run('Grouped', 2.06)], TEXT).title,
    ).toBe(
      "After 300 steps the differences between Global, Local and Grouped are too small to count (2.06 to 2.07 nats); Local needs the fewest FLOPs, 64 % of Global's.",
    );
  });

  test('three seeds decide, and the sentence says so', () => {
    const [a, b] = [
      run('Global', 1.0, { repeats: seeds(1.1, 1.2) }),
      run('Grouped', 1.01, { repeats: seeds(1.11, 1.21) }),
    ];
    const { title, trust } = findingOf([a, b], TEXT);
    expect(title).toBe('After 300 steps Global is ahead with 1.10 nats; Grouped is 0.01 worse.');
    expect(trust).toMatch(/^Means over 3 seeds\./);
  });
});

test('a run that reads the tokens it must predict is called ahead for the wrong reason', () => {
  const leak = run('Leak', 0.15, { leaks: true });
  expect(findingOf([run('Global', 2.3), leak], TEXT).because).toEqual([
    'Leak reads tokens that come after the query, among them the one it has to predict, so its loss means nothing.',
  ]);
});

describe('on tasks', () => {
  test('it names which run answers right, which guesses, and why: the answer is out of reach', () => {
    const local = run('Local', 0.09375, { reach: 21 });
    const finding = findingOf([run('Global', 1), local, run('Grouped', 1)], NEEDLE);
    expect(finding.title).toBe(
      'After 300 steps Grouped is as good as Global (both 100 % right) for 82 % of its FLOPs; Local answers 9 % right, no better than guessing (13 %).',
    );
    expect(finding.because).toEqual([
      'Local cannot know the answer: its layers reach 21 tokens, and the answer lies at least 28 back.',
    ]);
    expect(finding.trust).toMatch(/^One seed, 64 questions\./);
    const all = ['Approximate', 'Global', 'Grouped'].map((name) => run(name, 1));
    expect(findingOf(all, NEEDLE).price).toBe(
      "On texts of 16,384 tokens Approximate would need 55 % and Grouped 67 % of Global's FLOPs per token.",
    );
  });

  test('if no run has learned the task, it names none', () => {
    expect(findingOf([run('Global', 0.13), run('Local', 0.12)], NEEDLE).title).toBe(
      'After 300 steps no run does better than guessing (13 %).',
    );
  });
});

describe('before there is a result', () => {
  const few = (step: number, value?: number) =>
    ['Global', 'Local'].map((name) => run(name, value, { step }));

  test('it asks to wait and names no run while the rate still rises', () => {
    expect(findingOf(few(0), TEXT).title).toBe(
      'Which of Global and Local best predicts text it has not seen, and at what price?',
    );
    expect(findingOf(few(0), NEEDLE).title).toBe(
      'Which of Global and Local answers when the answer lies at least 28 tokens back, and at what price?',
    );
    expect(findingOf(few(3), TEXT).title).toMatch(/^After 3 steps nothing has been tested/);
    expect(findingOf(few(10, 2), TEXT).title).toMatch(/^After 10 steps it is too early to say/);
    expect(findingOf(few(10, 2), TEXT).standings).toEqual([undefined, undefined]);
  });

  test('no run is named while the runs still learn fast, and the numbers are given as they are', () => {
    const falling = (name: string, from: number, to: number) =>
      run(name, to, { validations: [...still(from, 200), ...still(to, 300).slice(1)] });
    const text = findingOf([falling('Global', 2.6, 2.24), falling('Local', 2.4, 2.06)], TEXT);
    expect(text.title).toBe(
      'After 300 steps the runs are still learning, and it is too early to compare them: Global 2.24 and Local 2.06 nats so far.',
    );
    expect(text.early).toBe(true);
    expect(text.standings).toEqual([undefined, undefined]);
    expect([...text.because, text.price]).toEqual(['']);
    expect(text.trust).toMatch(
      /^In the last third of these steps the loss of Global fell by 0\.36 nats, and could change by that much again\./,
    );
    const task = findingOf([falling('Global', 0.1, 0.45), falling('Local', 0.1, 0.1)], NEEDLE);
    expect(task.title).toMatch(/: Global 45 % and Local 10 % right so far\.$/);
    expect(task.trust).toMatch(/the share that Global answers right rose by 35 percentage points/);
    const once = [run('Global', 1), run('Local', 2)].map((one) => ({
      ...one,
      validations: one.validations.slice(1),
    }));
    expect(findingOf(once, TEXT).trust).toMatch(/not tested early enough/);
  });

  test('a run that stopped is left out', () => {
    const runs = [run('Global', 1), run('Local', undefined, { stopped: true }), run('Grouped', 1)];
    expect(findingOf(runs, NEEDLE).standings).toEqual(['level', undefined, 'level']);
    expect(findingOf(runs.slice(0, 2), NEEDLE).title).toMatch(/nothing to compare/);
  });
});

test('for any numbers it is one sentence that names every run once as ahead or behind, and keeps numbers unbroken', () => {
  const value = fc.double({ min: 0, max: 1, noNaN: true });
  const names = ['Global', 'Local', 'Approximate', 'Grouped'];
  const runs = fc
    .array(fc.tuple(value, fc.double({ min: 1e3, max: 1e9, noNaN: true })), {
      minLength: 2,
      maxLength: 4,
    })
    .map((all) => all.map(([own, flops], i) => run(names[i]!, own, { flops })));
  fc.assert(
    fc.property(runs, fc.constantFrom(TEXT, NEEDLE), (all, question) => {
      const { title, standings } = findingOf(all, question);
      expect(title).toMatch(/^After 300 steps [^.]*(\d\.\d[^.]*)*\.$/);
      expect(title).not.toMatch(/NaN|undefined|Infinity|-\d/);
      const called = standings.some((one) => one === 'best');
      expect(title.includes('is ahead')).toBe(called);
      expect(/as good as|too small to count/.test(title)).toBe(standings.includes('level'));
      if (standings.includes('best') || standings.includes('level'))
        for (const { name } of all) expect(title).toContain(name);
    }),
  );
});

test('an almost perfect share is not rounded to all or nothing', () => {
  expect([0, 0.0004, 0.004, 0.5, 0.9961, 0.99999, 1].map(share)).toEqual([
    '0 %',
    '0.04 %',
    '0.4 %',
    '50 %',
    '99.6 %',
    '99.9 %',
    '100 %',
  ]);
});
