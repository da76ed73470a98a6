/** @file Comparisons to start from, and their recordings. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fromAddress, toAddress } from '../../src/compare/address';
import { LONGEST_MAP } from '../../src/compare/mapLetters';
import { MIN_RUNS, MAX_RUNS, namesOf, specsOf } from '../../src/compare/comparison';
import { readFile } from '../../src/compare/file';
import { comparisonOf, startOf, starts } from '../../src/compare/starts';
import { checkRun } from '../../src/spec/check';
import { readMoments, writeMoments } from '../../src/session/moments';

describe.each(starts.all.map((start) => [start.id, start] as const))('%s', (id, start) => {
  const comparison = comparisonOf(start);
  const file = readFileSync(
    new URL(`../../public/recorded/races/${id}.json`, import.meta.url),
    'utf8',
  );
  const saved = readFile(file);

  test('can run, is found again, and survives its URL', () => {
    expect(comparison.runs.length).toBeGreaterThanOrEqual(MIN_RUNS);
    expect(comparison.runs.length).toBeLessThanOrEqual(MAX_RUNS);
    for (const spec of specsOf(comparison)) checkRun(spec);
    expect(new Set(namesOf(comparison)).size).toBe(comparison.runs.length);
    expect(startOf(comparison)).toBe(start);
    expect(startOf(fromAddress(toAddress(comparison)).comparison)).toBe(start);
    expect(start.summary).toMatch(/\.$/);
  });

  test('is recorded with its current settings: its steps, on the same batches, with a closer look at the end', () => {
    expect(startOf(saved.comparison)).toBe(start);
    for (const { steps, validations, evaluation } of saved.histories) {
      expect(steps).toHaveLength(start.steps);
      expect(steps.map(({ batch }) => batch)).toEqual(
        saved.histories[0]!.steps.map(({ batch }) => batch),
      );
      expect(validations.at(-1)!.step).toBe(start.steps);
      expect(evaluation!.step).toBe(start.steps);
    }
    expect(saved.program).toMatch(/^\d+\.\d+/);
    expect(saved.made).toMatch(/^\d{4}-\d\d-\d\d$/);
  });

  test('has maps of every run, from before the first step to the last, whose rows add up to 1', () => {
    const specs = specsOf(saved.comparison);
    if (specs[0]!.context > LONGEST_MAP) {
      expect(saved.pictures).toBeUndefined(); // a file has no room for maps of this length
      return;
    }
    const moments = readMoments(saved.pictures!, specs);
    expect(moments[0]!.step).toBe(0);
    expect(moments.at(-1)!.step).toBe(start.steps);
    for (const { value } of moments) {
      expect(value).toHaveLength(specs.length);
      for (const packed of value) {
        const T = specs[0]!.context;
        for (const { weights, mask } of packed!.layers) {
          const [row, other] = [T - 1, (T - 1) * T];
          const sum = weights
            .subarray(other, other + T)
            .reduce((all, byte) => all + (byte / 255) ** 2, 0);
          // A letter has 64 levels, and a summary spread over its tokens is rounded in each.
          expect(sum, `row ${row}`).toBeGreaterThan(0.8);
          expect(sum, `row ${row}`).toBeLessThan(1.2);
          for (let key = 0; key < T; key++)
            if (mask[other + key] === 0) expect(weights[other + key]).toBe(0);
        }
      }
    }
    expect(writeMoments(moments)!.moments.map(({ step }) => step)).toEqual(
      moments.map(({ step }) => step),
    );
  });

  test('is small', () => expect(file.length).toBeLessThan(800_000));
});
