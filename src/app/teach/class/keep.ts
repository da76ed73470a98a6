/**
 * @file The class on this machine, kept across reloads and crashes: each result as the code its participant handed in,
 * validated as strictly as outside input, so that a damaged store loses only what is damaged.
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
import { EMPTY_ROOM, isSameResult, MAX_RESULTS, type Classroom } from '../../../lessons/classroom';
import { codeOf, readResult, type LessonResult } from '../../../lessons/result';

export interface Kept {
  readonly room: Classroom;
  /** Whether names were hidden; they stay hidden after a reload, since the page may be on a projector. */
  readonly anonymous: boolean;
}

export const NOTHING_KEPT: Kept = { room: EMPTY_ROOM, anonymous: false };

const VERSION = 1;
/** Characters: roughly what a browser stores per site. */
const LARGEST = 5 * 2 ** 20;

/** Each result is packed into a code only once, because a class of hundreds is written after every paste. */
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

/** Accepts whatever was stored; skips codes that cannot be read. Never throws. */
export function readKept(text: string): Kept {
  if (text.length > LARGEST) return NOTHING_KEPT;
  const kept = readableJson(stored, text);
  if (!kept) return NOTHING_KEPT;
  const results: LessonResult[] = [];
  for (const code of kept.codes.slice(0, MAX_RESULTS)) {
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
    return NOTHING_KEPT; // storage is forbidden: the tab is the only copy
  }
}

/** False if the browser does not store it: storage is forbidden or full. */
export function saveClass(kept: Kept): boolean {
  try {
    if (kept.room.results.length === 0 && !kept.anonymous) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, writeKept(kept));
    return true;
  } catch {
    return false;
  }
}
