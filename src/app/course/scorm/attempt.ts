/**
 * @file One visit to a lesson in a course system that speaks SCORM 1.2. It reports the elements in `REPORTED` and no
 * others, and reads `cmi.suspend_data` alone: not the student's name or number, which it could.
 *
 * What the course system refuses is told to the student in a sentence and tried again, with growing pauses.
 */
import type { Outcome } from '../../../lessons/outcome';
import type { Api } from './api';

const STATUS = 'cmi.core.lesson_status';
const SCORE = 'cmi.core.score.raw';
const SUSPENDED = 'cmi.suspend_data';
/** In the order in which they are set. */
const REPORTED = [SCORE, 'cmi.core.score.min', 'cmi.core.score.max', STATUS, SUSPENDED] as const;
type Element = (typeof REPORTED)[number];

export interface Report {
  readonly outcome: Outcome;
  /** Text of at most 4,096 characters. */
  readonly suspended: string;
}

export interface AttemptOptions {
  /** Shows a sentence to the student; '' takes it away. */
  say(sentence: string): void;
  /** Calls later, after milliseconds; returns what cancels it. */
  later(act: () => void, ms: number): () => void;
}

/** Milliseconds. Course systems send every commit over the network, some while the page waits. */
const GATHER = 2_000;
const PAUSES = [5_000, 15_000, 30_000, 60_000];
const FIRST_PAUSES = [1_000, 3_000];

/** The course system does not know this element, and never will. */
const NOT_IMPLEMENTED = '401';
/** What the numbers mean, in the words of the standard. */
const MEANING: Readonly<Record<string, string>> = {
  '101': 'general exception',
  '201': 'invalid argument',
  '202': 'element cannot have children',
  '203': 'element is not an array',
  '301': 'not initialized',
  '401': 'not implemented',
  '402': 'invalid set value, element is a keyword',
  '403': 'element is read only',
  '404': 'element is write only',
  '405': 'incorrect data type',
};

type State = 'before' | 'running' | 'finished';

export class Attempt {
  #state: State = 'before';
  #wanted: Partial<Record<Element, string>> = {};
  readonly #accepted: Partial<Record<Element, string>> = {};
  readonly #unknown = new Set<Element>();
  /** Values were set that no commit has followed yet. */
  #uncommitted = false;
  #failures = 0;
  #cancel: (() => void) | undefined;
  /** What the timer is for. An important change brings `gather` forward, but not `retry`. */
  #waiting: 'nothing' | 'gather' | 'retry' = 'nothing';

  constructor(
    private readonly api: Api,
    private readonly options: AttemptOptions,
  ) {}

  /** Begins, and returns what an earlier visit left: '' if nothing. Rejects with a sentence if it cannot begin. */
  async begin(): Promise<string> {
    for (let i = 0; ; i++) {
      const failed = this.#call(() => this.api.LMSInitialize(''));
      if (!failed) break;
      const pause = FIRST_PAUSES[i];
      if (pause === undefined)
        throw new Error(
          `Your course could not be reached ${inBrackets(failed.code)}: what you do here is not reported to it.`,
        );
      await new Promise<void>((resolve) => this.options.later(resolve, pause));
    }
    this.#state = 'running';
    return this.#kept();
  }

  /** Sets what differs from the last report, a little later: changes come in groups. */
  report({ outcome: { status, score }, suspended }: Report): void {
    if (this.#state !== 'running') return;
    const before = this.#wanted;
    this.#wanted = {
      ...(score !== undefined && {
        [SCORE]: String(score),
        'cmi.core.score.min': '0',
        'cmi.core.score.max': '100',
      }),
      [STATUS]: status,
      [SUSPENDED]: suspended,
    };
    const important = before[STATUS] !== status || before[SCORE] !== this.#wanted[SCORE];
    if (important && this.#waiting !== 'retry') this.#wait(0, 'gather');
    else if (this.#waiting === 'nothing') this.#wait(GATHER, 'gather');
  }

  /** Sends everything now: the page goes out of view, and may not come back. */
  flush(): void {
    if (this.#state !== 'running') return;
    this.#stopWaiting();
    const failed = this.#send();
    if (!failed) {
      this.#failures = 0;
      this.options.say(this.#lost());
      return;
    }
    const pause = PAUSES[Math.min(this.#failures++, PAUSES.length - 1)]!;
    this.options.say(
      `Your course did not accept your progress ${inBrackets(failed.code)}. It is tried again in ${pause / 1000} seconds; keep this page open.`,
    );
    this.#wait(pause, 'retry');
  }

  /** Sends everything and ends the visit; nothing is reported after it. */
  finish(): void {
    if (this.#state !== 'running') return;
    this.#stopWaiting();
    this.#send();
    this.#state = 'finished';
    this.#call(() => this.api.LMSFinish(''));
  }

  // ------------------------------------------------------------------------------------------- calls

  /** Undefined if everything was accepted. */
  #send(): Failed | undefined {
    let first: Failed | undefined;
    for (const element of REPORTED) {
      const value = this.#wanted[element];
      if (value === undefined || value === this.#accepted[element] || this.#unknown.has(element))
        continue;
      const failed = this.#call(() => this.api.LMSSetValue(element, value));
      if (failed?.code === NOT_IMPLEMENTED) this.#unknown.add(element);
      else if (failed) first ??= failed;
      else {
        this.#accepted[element] = value;
        this.#uncommitted = true;
      }
    }
    if (this.#uncommitted) {
      const failed = this.#call(() => this.api.LMSCommit(''));
      if (failed) first ??= failed;
      else this.#uncommitted = false;
    }
    return first;
  }

  /** Elements that every course system has to know, and this one does not. Without `min` and `max` nothing is lost. */
  #lost(): string {
    if (this.#unknown.has(SUSPENDED))
      return 'Your course cannot keep your place: the next time you open this lesson, it begins again.';
    return '';
  }

  #kept(): string {
    try {
      return String(this.api.LMSGetValue(SUSPENDED) ?? '');
    } catch {
      return '';
    }
  }

  #call(act: () => unknown): Failed | undefined {
    try {
      // Some course systems return true instead of 'true'.
      if (String(act()) === 'true') return undefined;
      return { code: String(this.api.LMSGetLastError()) };
    } catch {
      return { code: '' }; // the window with the API is gone
    }
  }

  // ------------------------------------------------------------------------------------------- time

  #wait(ms: number, why: 'gather' | 'retry') {
    this.#stopWaiting();
    this.#waiting = why;
    this.#cancel = this.options.later(() => this.flush(), ms);
  }

  #stopWaiting() {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#waiting = 'nothing';
  }
}

interface Failed {
  /** '' if the call threw, '0' if the course system names no error. */
  readonly code: string;
}

const inBrackets = (code: string): string =>
  Object.hasOwn(MEANING, code)
    ? `(error ${code}, ${MEANING[code]})`
    : code === '' || code === '0'
      ? '(no reason given)'
      : `(error ${code.slice(0, 8)})`;
