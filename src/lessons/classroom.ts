/**
 * @file The results that a teacher collected, one per participant and lesson, and which input was refused and why.
 * Plain data; adding never removes results of others.
 */
import { InputError } from '../core/check';
import { inOrder } from '../core/numbers';
import { readResult, type LessonResult } from './result';

export interface Classroom {
  readonly results: readonly LessonResult[];
}

export interface Given {
  /** A file name, or another description of the source. */
  readonly name: string;
  /** A result file, or any text that contains codes. */
  readonly text: string;
}

export interface Refusal {
  readonly name: string;
  readonly why: string;
}

/** What happened to the input. */
export interface Outcome {
  readonly room: Classroom;
  readonly added: number;
  /** Replaced an earlier result of the same person. */
  readonly replaced: number;
  /** The identical result was already there. */
  readonly same: number;
  readonly refused: readonly Refusal[];
}

export const EMPTY_ROOM: Classroom = { results: [] };
/** A class of thirty in all lessons, plus a test before and after. */
export const MAX_RESULTS = 600;
export const LARGEST_TEXT = 2 ** 20; // characters of one file, or pasted at once
const MAX_CODES = 2 * MAX_RESULTS; // searched for in one text
const MAX_REFUSALS = 20; // listed individually

/** Adds what can be read; `lessons` are the ids that this site has. */
export function add(
  room: Classroom,
  given: readonly Given[],
  lessons: ReadonlySet<string>,
): Outcome {
  const results = [...room.results];
  const refused: Refusal[] = [];
  let [added, replaced, same] = [0, 0, 0];
  for (const { name, text } of given.flatMap(partsOf)) {
    const read = readOr(name, text, lessons);
    if ('why' in read) {
      refused.push(read);
      continue;
    }
    const twin = results.findIndex((one) => isSameResult(one, read));
    const at = twin < 0 ? results.findIndex((one) => isSamePerson(one, read)) : twin;
    if (twin >= 0) same++;
    else if (at >= 0) replaced++;
    else if (results.length >= MAX_RESULTS) {
      const why = `there is room for ${MAX_RESULTS} results; save and remove some first`;
      refused.push({ name, why });
      continue;
    } else added++;
    results[at < 0 ? results.length : at] = read;
  }
  return { room: { results }, added, replaced, same, refused };
}

export const remove = (room: Classroom, result: LessonResult): Classroom => ({
  results: room.results.filter((one) => one !== result),
});

/** Lessons that have results, in their order. */
export const lessonsIn = ({ results }: Classroom): readonly string[] =>
  [...new Set(results.map(({ lesson }) => lesson))].sort((a, b) => a.localeCompare(b));

/** Results of one lesson, sorted by name; people without a name come last, in order of arrival. */
export const resultsOf = ({ results }: Classroom, lesson: string): readonly LessonResult[] =>
  results
    .filter((one) => one.lesson === lesson)
    .sort((a, b) => +(a.who === '') - +(b.who === '') || inOrder(a.who, b.who));

/** '2 results added, 1 replaced, 1 refused.' */
export function sayOutcome({ added, replaced, same, refused }: Outcome): string {
  const parts = [
    added > 0 && `${added} ${added === 1 ? 'result' : 'results'} added`,
    replaced > 0 && `${replaced} replaced by a newer one of the same name`,
    same > 0 && `${same} ${same === 1 ? 'was' : 'were'} there already`,
    refused.length > 0 && `${refused.length} refused`,
  ].filter(Boolean);
  return parts.length > 0 ? `${parts.join(', ')}.` : 'No result was found in it.';
}

/** Refusals to display: the first few, and how many more there are. */
export const sayRefused = (refused: readonly Refusal[]): readonly Refusal[] =>
  refused.length <= MAX_REFUSALS
    ? refused
    : [
        ...refused.slice(0, MAX_REFUSALS),
        { name: `${refused.length - MAX_REFUSALS} more`, why: 'refused for reasons like these' },
      ];

/** A JSON file is one result; any other text is searched for codes, which mail programs may have broken. */
function partsOf({ name, text }: Given): readonly Given[] {
  if (text.length > LARGEST_TEXT || text.trim().startsWith('{')) return [{ name, text }];
  const found = text.split(/(?=zebra1\.)/).filter((part) => part.startsWith('zebra1.'));
  if (found.length === 0) return [{ name, text }];
  return found.slice(0, MAX_CODES).map((part, i) => ({
    name: found.length === 1 ? name : `${name}, code ${i + 1}`,
    text: /^zebra1\.[\w\s-]+\.\s*[0-9a-f]{8}/.exec(part)?.[0] ?? part.split(/\s/)[0]!,
  }));
}

function readOr(name: string, text: string, lessons: ReadonlySet<string>): LessonResult | Refusal {
  if (text.length > LARGEST_TEXT)
    return { name, why: `it has ${text.length} characters; a result has a few thousand` };
  if (text.trim() === '') return { name, why: 'it is empty' };
  try {
    const result = readResult(text);
    if (lessons.has(result.lesson)) return result;
    return { name, why: `its lesson '${result.lesson}' is not on this site` };
  } catch (error) {
    if (error instanceof InputError) return { name, why: error.message };
    throw error;
  }
}

/** The name that identifies a participant: case and the encoding of accents do not matter. */
export const nameOf = ({ who }: LessonResult): string =>
  who.normalize('NFC').toLocaleLowerCase('en');

/** Whether two results are from the same participant, judged by name; participants without a name are all different. */
const isSamePerson = (a: LessonResult, b: LessonResult) =>
  a.lesson === b.lesson && a.who !== '' && nameOf(a) === nameOf(b);

/** The same answers under the same name; the time they took does not count. */
export const isSameResult = (a: LessonResult, b: LessonResult): boolean =>
  a.lesson === b.lesson && a.who === b.who && written(a) === written(b);

/** Progress as text, with its answers in a fixed order. */
const written = ({ progress }: LessonResult) =>
  JSON.stringify([
    progress.done,
    progress.at,
    Object.entries(progress.answers).sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);
