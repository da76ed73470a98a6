/** @file A hanging process fails with its name: a stage that runs too long, a test run in which nothing finishes. */
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { TestCase, TestModule, TestRunEndReason } from 'vitest/node';
import { silence } from '../support/silence';

const within = (...words: string[]) =>
  spawnSync(process.execPath, ['scripts/test/within.mjs', ...words], { encoding: 'utf8' });
const napping = `setTimeout(() => {}, 60_000)`;

describe('a stage', () => {
  test('that finishes in time exits as its command does', () => {
    expect(within('1', 'a good stage', process.execPath, '-e', '').status).toBe(0);
    expect(within('1', 'a bad stage', process.execPath, '-e', 'process.exit(7)').status).toBe(7);
  });

  test('that runs too long is stopped, and named', () => {
    const since = Date.now();
    const { status, stderr } = within('0.01', 'the nap', process.execPath, '-e', napping);
    expect(status).toBe(1);
    expect(stderr).toContain('the stage "the nap" ran longer than 0.01 minutes');
    expect(Date.now() - since).toBeLessThan(30_000);
  });

  test('that cannot be started says so', () => {
    const { status, stderr } = within('1', 'nowhere', 'no-such-command');
    expect(status).toBe(1);
    expect(stderr).toContain('The stage "nowhere" could not be started');
  });

  test.each([[['x', 'stage', 'node']], [['1', 'stage']], [[]]])(
    'with wrong arguments explains its usage: %j',
    (words) => {
      const { status, stderr } = within(...words);
      expect(status).toBe(2);
      expect(stderr).toContain('Usage:');
    },
  );
});

describe('silence in a test run', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const file = (name: string) => ({ relativeModuleId: name }) as TestModule;
  const caseOf = (name: string, module = file('a.test.ts')) =>
    ({ id: name, fullName: name, module }) as TestCase;
  const listening = () => {
    const stop = vi.fn();
    const reporter = silence({ longest: 1000, stop });
    reporter.onTestRunStart?.([]);
    return { stop, reporter };
  };

  test('names the test that does not end', () => {
    const { stop, reporter } = listening();
    reporter.onTestModuleStart?.(file('a.test.ts'));
    reporter.onTestCaseReady?.(caseOf('waits'));
    vi.advanceTimersByTime(999);
    expect(stop).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(stop).toHaveBeenCalledExactlyOnceWith(
      'nothing has finished for 1 seconds. Last finished: nothing yet. Under way: a.test.ts > waits.',
    );
  });

  test('names the file that does not begin after another has ended', () => {
    const { stop, reporter } = listening();
    reporter.onTestModuleStart?.(file('a.test.ts'));
    reporter.onTestCaseReady?.(caseOf('works'));
    reporter.onTestCaseResult?.(caseOf('works'));
    reporter.onTestModuleEnd?.(file('a.test.ts'));
    reporter.onTestModuleQueued?.(file('b.test.ts'));
    vi.advanceTimersByTime(1000);
    expect(stop).toHaveBeenCalledExactlyOnceWith(
      'nothing has finished for 1 seconds. Last finished: a.test.ts, all of it. Under way: b.test.ts.',
    );
  });

  test('says that no file was open if the run stops between two', () => {
    const { stop, reporter } = listening();
    reporter.onTestModuleStart?.(file('a.test.ts'));
    reporter.onTestModuleEnd?.(file('a.test.ts'));
    vi.advanceTimersByTime(1000);
    expect(stop.mock.calls[0]![0]).toContain('Under way: no file was open.');
  });

  test('does not include a long run of short tests, or one that has ended', () => {
    const { stop, reporter } = listening();
    for (let i = 0; i < 10; i++) {
      vi.advanceTimersByTime(900);
      reporter.onTestCaseResult?.(caseOf(`test ${i}`));
    }
    reporter.onTestRunEnd?.([], [], 'passed' as TestRunEndReason);
    vi.advanceTimersByTime(10_000);
    expect(stop).not.toHaveBeenCalled();
  });
});
