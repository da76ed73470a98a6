/**
 * @file A test run in which nothing finishes any more fails with the name of what was running. Test timeouts cannot see
 * this: a browser that does not open the next file has no test running.
 */
import type { Reporter, TestCase, TestModule } from 'vitest/node';

export interface Silence {
  /** Milliseconds within which something must finish: more than the longest timeout of a test and of its hooks. */
  readonly longest: number;
  /** What happens then; by default the run ends. Browsers that the run started end with it. */
  readonly stop?: (words: string) => void;
}

/** A reporter for `test.reporters`. */
export function silence({ longest, stop = endRun }: Silence): Reporter {
  const files = new Set<string>();
  const tests = new Map<string, string>();
  let last = 'nothing yet';
  let timer: NodeJS.Timeout | undefined;

  const words = () => {
    const open = tests.size > 0 ? [...tests.values()] : [...files];
    const underWay = open.length > 0 ? open.join(', ') : 'no file was open';
    return `nothing has finished for ${longest / 1000} seconds. Last finished: ${last}. Under way: ${underWay}.`;
  };
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(() => stop(words()), longest);
    timer.unref();
  };
  const nameOf = (test: TestCase) => `${test.module.relativeModuleId} > ${test.fullName}`;
  const opened = ({ relativeModuleId }: TestModule) => {
    files.add(relativeModuleId);
    again();
  };

  return {
    onTestRunStart: again,
    onTestModuleQueued: opened,
    onTestModuleStart: opened,
    onTestCaseReady(test) {
      tests.set(test.id, nameOf(test));
      again();
    },
    onTestCaseResult(test) {
      tests.delete(test.id);
      last = nameOf(test);
      again();
    },
    onTestModuleEnd({ relativeModuleId }) {
      files.delete(relativeModuleId);
      last = `${relativeModuleId}, all of it`;
      again();
    },
    onTestRunEnd() {
      clearTimeout(timer);
    },
  };
}

/** The exit status of a stalled run, different from that of a run with a failed test. */
export const HUNG = 75;

function endRun(words: string): never {
  console.error(`\n\u001b[31m*** HANG: ${words} ***\u001b[0m`);
  process.exit(HUNG);
}
