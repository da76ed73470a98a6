/** @file A package from the list of files and a way to read them; the page and `npm run scorm` share it. */
import { PLAIN, writeLessonQuery } from '../../../lessons/link';
import type { Described } from './manifest';
import { filesOf } from './files';
import { nameOf, packageOf } from './package';

interface Asked extends Described {
  readonly step?: string | undefined;
  /** What a teacher's link sets; a lesson as it is if missing. */
  readonly query?: string;
}

export async function makePackage(
  { query = writeLessonQuery({ ...PLAIN, embed: true }), ...asked }: Asked,
  list: string,
  read: (path: string) => Promise<Uint8Array>,
): Promise<{ readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }> {
  const { paths } = filesOf(list, asked.lesson);
  const files = await Promise.all(paths.map(async (path) => [path, await read(path)] as const));
  return { name: nameOf(asked), bytes: packageOf({ ...asked, query }, new Map(files)) };
}
