/** @file Which files of the built site belong to a lesson: package-files.json, written by scripts/build/packages.mjs. */
import { check } from '../../../core/check';
import { list, object, oneOf, parseJson, record, text, whole } from '../../../core/schema';
import { Place } from '../../../core/place';

export const FILE = 'package-files.json';

const file = list((value) => value, { min: 2, max: 2 });
const listed = object({
  version: oneOf([1]),
  /** Where the build expects to be served; './' in any folder. */
  base: text(),
  files: list(file),
  lessons: record,
});

export interface LessonFiles {
  readonly paths: readonly string[];
  /** Of the finished package, nearly. */
  readonly bytes: number;
}

/** Per file in a ZIP, besides its name, twice: both headers. */
const HEADERS = 76;

/** Throws InputError if the list is not one, or does not have the lesson. */
export function filesOf(json: string, lesson: string): LessonFiles {
  const { base, files, lessons } = listed(parseJson(json, `${FILE} is not JSON`), new Place(FILE));
  check(
    base === './',
    `the site was built for the folder ${base} alone, and a course system puts a package into another; build it without BASE_PATH`,
  );
  const indices = Object.hasOwn(lessons, lesson) ? lessons[lesson] : undefined;
  check(indices, `this site has no lesson '${lesson}' to pack`);
  const mine = list(whole({ max: files.length - 1 }))(indices, new Place(FILE)).map((i) => {
    const [path, bytes] = files[i]!;
    return { path: text()(path, new Place(FILE)), bytes: whole()(bytes, new Place(FILE)) };
  });
  return {
    paths: mine.map(({ path }) => path),
    bytes: mine.reduce((sum, { path, bytes }) => sum + bytes + 2 * path.length + HEADERS, 0),
  };
}
