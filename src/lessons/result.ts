/**
 * @file What a reader hands to their teacher: a one-line code, or a file. It contains no name but the one they typed,
 * no date or time of day (the time per step is a sum), and nothing about the machine. Parsing is strict, and input from
 * outside is treated as text only.
 */
import { deflateSync, strFromU8, strToU8 } from 'fflate';
import { base64url, bytesOfBase64url } from '../core/base64url';
import { check } from '../core/check';
import { crc32 } from '../core/crc32';
import { inflated } from '../core/inflated';
import { added, object, only, parseJson, refine, text } from '../core/schema';
import { Place } from '../core/place';
import { lessonProgressOf, type LessonProgress } from './progress';

export interface LessonResult {
  readonly lesson: string; // id
  /** The name the participant gave; may be empty. */
  readonly who: string;
  readonly progress: LessonProgress;
}

const FORMAT = 'zebra-lab-result';
const VERSION = 1;
const NO_RESULT = `it is not a result of this version; a result says format '${FORMAT}', version ${VERSION}`;
const PREFIX = 'zebra1.';
const LONGEST_NAME = 40; // characters
const LARGEST = 64 * 1024; // characters of a code, bytes of a result unpacked
/** Characters of one answer, as JSON: 2,000 of an explanation, each of which JSON may write as six. */
const LONGEST_ANSWER = 12_500;
const DEEPEST = 4; // nested lists and objects, in one answer

/** A name as stored: one line, not too long. */
export const tidyWho = (text: string): string =>
  [...text.replaceAll(/[\p{C}\s]+/gu, ' ').trim()].slice(0, LONGEST_NAME).join('').trim();

export const writeResult = ({ lesson, who, progress }: LessonResult): string =>
  JSON.stringify({ format: FORMAT, version: VERSION, lesson, who: tidyWho(who), progress });

/** 'zebra1.<data>.<checksum>': only letters, digits, - and _, so that it survives a chat or an email. */
export function codeOf(result: LessonResult): string {
  const packed = deflateSync(strToU8(writeResult(result)), { level: 9 });
  return `${PREFIX}${base64url(packed)}.${crc32(packed).toString(16).padStart(8, '0')}`;
}

/** Throws InputError, and nothing else, for anything that is not a result. */
export function readResult(text: string): LessonResult {
  const tidy = text.trim();
  check(tidy.length <= LARGEST, 'it is too long for a result of one lesson');
  return resultOf(tidy.startsWith(PREFIX) ? unpacked(tidy) : tidy);
}

function unpacked(code: string): string {
  const parts = /^zebra1\.([\w-]+)\.([0-9a-f]{8})$/.exec(code.replaceAll(/\s+/g, ''));
  check(
    parts,
    `a code begins with ${PREFIX} and ends with eight digits or letters; this one is cut or changed`,
  );
  const packed = bytesOfBase64url(parts[1]!);
  check(
    packed && crc32(packed).toString(16).padStart(8, '0') === parts[2],
    'the checksum of the code does not fit; copy it whole, from the first sign to the last',
  );
  return strFromU8(
    inflated(packed, LARGEST, {
      long: 'the code unpacks to more than a result of one lesson',
      broken: 'the code cannot be unpacked; copy it again',
    }),
  );
}

/** One message covers everything that is not a result: a participant can only copy it again. */
const result = object({
  format: only(FORMAT, () => NO_RESULT),
  version: only(VERSION, () => NO_RESULT),
  lesson: refine(text(), (lesson, place) => {
    const fits = /^[a-z0-9-]{1,64}$/.test(lesson);
    place.check(fits, 'its lesson should be small letters, digits and hyphens');
    return lesson;
  }),
  who: refine(added(text({ empty: true }), ''), (who, place) => {
    const fits = tidyWho(who) === who;
    place.check(fits, `its name should be one line of ${LONGEST_NAME} characters at most`);
    return who;
  }),
  progress: (value) => {
    const progress = lessonProgressOf(value);
    check(progress, 'what was done in it cannot be read');
    for (const { answer, first } of Object.values(progress.answers))
      for (const one of [answer, first])
        check(
          isShallow(one, DEEPEST) && (JSON.stringify(one) ?? '').length <= LONGEST_ANSWER,
          'one of its answers is too long, or nested too deep',
        );
    return progress;
  },
});

function resultOf(json: string): LessonResult {
  const value = parseJson(json, 'it is neither a code nor a file of a result');
  const { lesson, who, progress } = result(value, new Place('the result'));
  return { lesson, who, progress };
}

/** Endlessly nested JSON would overflow the stack of any code that walks it. */
const isShallow = (value: unknown, levels: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (levels > 0 && Object.values(value).every((one) => isShallow(one, levels - 1)));
