/**
 * @file The class of this machine, kept over a reload and a crash: each result as the code its participant handed over,
 * read as strictly as if it came from outside, so that a spoilt store loses what is spoilt and nothing else.
 */
import {
  anything,
  flag,
  ifReadable,
  list,
  object,
  oneOf,
  readableJson,
} from '../../../core/schema';
import { EMPTY_ROOM, isSameResult, MOST_RESULTS, type Classroom } from '../../../lessons/classroom';
import { codeOf, readResult, type LessonResult } from '../../../lessons/result';

export interface Kept {
  readonly room: Classroom;
  /** Names were hidden, and stay so: the page may be on a wall. */
  readonly anonymous: boolean;
}

export const NOTHING_KEPT: Kept = { room: EMPTY_ROOM, anonymous: false };

const VERSION = 1;
/** Characters: what a browser keeps for a site at most, roughly. */
const LARGEST = 5 * 2 ** 20;

/** Codes are packed once per result: a class of hundreds is written after every paste. */
const codes = new WeakMap<LessonResult, string>();
function codeOnce(result: LessonResult): string {
  const code = codes.get(result) ?? codeOf(result);
  codes.set(result, code);
  return code;
}

export const writeKept = ({ room, anonymous }: Kept): string =>
  JSON.stringify({ version: VERSION, anonymous, codes: room.results.map(codeOnce) });

const stored = object(
  { version: oneOf([VERSION]), anonymous: ifReadable(flag), codes: list(anything) },
  'ignored',
);

/** Whatever was stored; codes that cannot be read are left out. Never throws. */
export function readKept(text: string): Kept {
  if (text.length > LARGEST) return NOTHING_KEPT;
  const kept = readableJson(stored, text);
  if (!kept) return NOTHING_KEPT;
  const results: LessonResult[] = [];
  for (const code of kept.codes.slice(0, MOST_RESULTS)) {
    const result = typeof code === 'string' ? readOr(code) : undefined;
    if (result && !results.some((one) => isSameResult(one, result))) results.push(result);
  }
  return { room: { results }, anonymous: kept.anonymous === true };
}

function readOr(code: string): LessonResult | undefined {
  try {
    return readResult(code);
  } catch {
    return undefined;
  }
}

// ------------------------------------------------------------------------------------------- on this machine alone

export const KEY = 'zebra-lab-class';

export function savedClass(): Kept {
  try {
    return readKept(localStorage.getItem(KEY) ?? '');
  } catch {
    return NOTHING_KEPT; // storage is forbidden: the tab is all there is
  }
}

/** False where the browser does not keep it: storage is forbidden or full. */
export function saveClass(kept: Kept): boolean {
  try {
    if (kept.room.results.length === 0 && !kept.anonymous) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, writeKept(kept));
    return true;
  } catch {
    return false;
  }
}
