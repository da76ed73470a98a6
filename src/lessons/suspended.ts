/**
 * @file The progress of one lesson as a course system keeps it between two visits: `cmi.suspend_data` of SCORM 1.2, at
 * most 4,096 characters.
 *
 * 'z1.' · base64url( raw DEFLATE of a JSON object with short names )
 *
 * A progress that is too long loses, in this order: the time per step, first answers, long answers (explanations), all
 * answers. Which exercises were solved is kept.
 */
import { deflateSync, strFromU8, strToU8 } from 'fflate';
import { base64url, bytesOfBase64url } from '../core/base64url';
import { check } from '../core/check';
import { inflated } from '../core/inflated';
import { parseJson } from '../core/schema';
import { isRecord } from '../core/place';
import type { Outcome } from './outcome';
import { lessonProgressOf, type Answered, type LessonProgress } from './progress';

export const LONGEST = 4096; // characters
const PREFIX = 'z1.';
const LARGEST = 64 * 1024; // bytes unpacked
const LONG_ANSWER = 200; // characters, as JSON
const BROKEN = 'the progress that the course kept is cut or changed';

export interface Suspended {
  readonly progress: LessonProgress;
  /** The best outcome so far. */
  readonly best?: Outcome | undefined;
}

/** Always fits; empty if not even the shortest form does, which no lesson of this site reaches. */
export function writeSuspended({ progress, best }: Suspended): string {
  for (const shorter of SHORTER) {
    const json = JSON.stringify({ ...short(shorter(progress)), b: best && pairOf(best) });
    const text = PREFIX + base64url(deflateSync(strToU8(json), { level: 9 }));
    if (text.length <= LONGEST) return text;
  }
  return '';
}

/** Throws InputError, and nothing else, for anything that `writeSuspended` does not write. */
export function readSuspended(text: string): Suspended {
  const letters = /^z1\.([\w-]+)$/.exec(text)?.[1];
  const packed = letters === undefined ? undefined : bytesOfBase64url(letters);
  check(packed && text.length <= LONGEST, BROKEN);
  const json = strFromU8(inflated(packed, LARGEST, { long: BROKEN, broken: BROKEN }));
  const value = parseJson(json, BROKEN);
  check(isRecord(value), BROKEN);
  const progress = lessonProgressOf(long(value));
  check(progress, BROKEN);
  const best = outcomeIn(value['b']);
  return { progress, ...(best && { best }) };
}

// ------------------------------------------------------------------------------------------- from long to short

const answersOf = (
  progress: LessonProgress,
  map: (answered: Answered) => Answered,
): LessonProgress => ({
  ...progress,
  answers: Object.fromEntries(
    Object.entries(progress.answers).map(([id, answered]) => [id, map(answered)]),
  ),
});
const isLong = (answer: unknown) => (JSON.stringify(answer) ?? '').length > LONG_ANSWER;
const untimed = ({ seconds: _, ...progress }: LessonProgress): LessonProgress => progress;
const withoutFirst = (progress: LessonProgress) =>
  answersOf(untimed(progress), ({ first: _, ...answered }) => answered);

const SHORTER: readonly ((progress: LessonProgress) => LessonProgress)[] = [
  (progress) => progress,
  untimed,
  withoutFirst,
  (progress) =>
    answersOf(withoutFirst(progress), (one) =>
      isLong(one.answer) ? { ...one, answer: undefined } : one,
    ),
  (progress) => answersOf(withoutFirst(progress), (one) => ({ ...one, answer: undefined })),
];

// ------------------------------------------------------------------------------------------- short names

/** Without `closed`, which follows from the link. JSON leaves out what is undefined, and makes it null in a list. */
const short = ({ done, read, answers, at, reached, seconds }: LessonProgress) => ({
  d: done,
  r: read,
  a: Object.fromEntries(Object.entries(answers).map(([id, answered]) => [id, listOf(answered)])),
  p: at,
  g: reached,
  s: seconds,
});

const listOf = ({ answer, tries, hints, right, shown, first, came }: Answered) => {
  const list = [
    answer === undefined ? 0 : [answer],
    tries,
    hints,
    right === undefined ? -1 : +right,
    shown ? 1 : 0,
    came,
    first === undefined ? 0 : [first],
  ];
  return list;
};

const long = ({ d, r, a, p, g, s }: Record<string, unknown>) => ({
  done: d,
  read: r,
  answers: isRecord(a)
    ? Object.fromEntries(Object.entries(a).map(([id, list]) => [id, answeredIn(list)]))
    : undefined,
  at: p,
  reached: g,
  seconds: s,
});

function answeredIn(list: unknown): unknown {
  if (!Array.isArray(list)) return undefined;
  const [answer, tries, hints, right, shown, came, first] = list as unknown[];
  return {
    ...(Array.isArray(answer) && { answer: answer[0] as unknown }),
    tries,
    hints,
    ...((right === 0 || right === 1) && { right: right === 1 }),
    ...(shown === 1 && { shown: true }),
    ...(typeof came === 'number' && { came }),
    ...(Array.isArray(first) && { first: first[0] as unknown }),
  };
}

const STATUSES = ['incomplete', 'failed', 'completed', 'passed'] as const;

const pairOf = ({ status, score }: Outcome) => [STATUSES.indexOf(status), score ?? -1];

function outcomeIn(pair: unknown): Outcome | undefined {
  if (!Array.isArray(pair)) return undefined;
  const [index, score] = pair as unknown[];
  const status = typeof index === 'number' ? STATUSES[index] : undefined;
  if (!status || typeof score !== 'number') return undefined;
  const given = Number.isInteger(score) && score >= 0 && score <= 100;
  return { status, ...(given && { score }) };
}
