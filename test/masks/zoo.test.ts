/** @file The zoo: each bug is caught by its lint, and by none once it is repaired. */
import { describe, expect, test } from 'vitest';
import { differenceOf } from '../../src/attention/mask';
import { bugIds } from '../../src/masks/bugIds';
import { lint } from '../../src/masks/lint';
import { repairedOf, zoo } from '../../src/masks/zoo';
import { speaking } from './lintCases/subject';

describe('the zoo', () => {
  // Their number is checked in test/docs.test.ts.
  test('has at least 18 bugs', () => expect(zoo.all.length).toBeGreaterThanOrEqual(18));

  test('is known to lessons by the names of its files', () => {
    expect(bugIds.toSorted()).toEqual(zoo.all.map(({ id }) => id).toSorted());
  });

  test.each(zoo.all.map((bug) => [bug.id, bug] as const))('%s is caught by its lint', (_, bug) => {
    const findings = lint(bug.subject);
    expect(
      findings.map(({ code }) => code),
      speaking(bug.subject),
    ).toEqual([bug.lint]);
    expect(bug.story.match(/[.:] |\.$/g)!.length).toBeGreaterThanOrEqual(2);
    expect(bug.thread).toMatch(/^https:\/\/github\.com\/[\w.-]+\/[\w.-]+\/(issues|pull)\/\d+$/);
  });

  test.each(zoo.all.map((bug) => [bug.id, bug] as const))(
    '%s has no findings when repaired',
    (_, bug) => {
      const repaired = repairedOf(bug);
      expect(lint(repaired)).toEqual([]);
      // The repair really changes something.
      const changed = repaired.masks.some(
        (mask, layer) => differenceOf(mask, bug.subject.masks[layer]!).cells > 0,
      );
      expect(changed || bug.repairs !== undefined).toBe(true);
    },
  );
});
