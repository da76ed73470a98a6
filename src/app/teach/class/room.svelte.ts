import {
  add,
  EMPTY_ROOM,
  LARGEST_TEXT,
  remove,
  type Classroom,
  type Given,
  type Outcome,
  type Refusal,
} from '../../../lessons/classroom';
import type { LessonResult } from '../../../lessons/result';
import { allHeads, isRefused } from '../../lessons/load';

const MOST_FILES = 400;

/** The class of this tab: it outlives a look at another page, and ends with the tab. */
class Room {
  room = $state.raw<Classroom>(EMPTY_ROOM);
  /** What became of what was given last. */
  outcome = $state.raw<Outcome | undefined>();
  anonymous = $state(false);

  readonly #lessons = new Set(allHeads.flatMap((head) => (isRefused(head) ? [] : [head.id])));

  paste = (text: string) => this.#add([{ name: 'What was pasted', text }], []);

  open = async (files: readonly File[]) => {
    const given: Given[] = [];
    const refused: Refusal[] = [];
    for (const file of files.slice(0, MOST_FILES)) {
      const read = await textOf(file);
      if ('why' in read) refused.push(read);
      else given.push(read);
    }
    if (files.length > MOST_FILES)
      refused.push({
        name: `${files.length - MOST_FILES} files`,
        why: `at most ${MOST_FILES} are read at once; drop the rest afterwards`,
      });
    this.#add(given, refused);
  };

  remove = (result: LessonResult) => {
    this.room = remove(this.room, result);
    this.outcome = undefined;
  };

  clear = () => {
    this.room = EMPTY_ROOM;
    this.outcome = undefined;
  };

  #add(given: readonly Given[], refused: readonly Refusal[]) {
    const outcome = add(this.room, given, this.#lessons);
    this.room = outcome.room;
    this.outcome = { ...outcome, refused: [...refused, ...outcome.refused] };
  }
}

async function textOf(file: File): Promise<Given | Refusal> {
  const name = file.name.slice(0, 80);
  if (/\.(zip|7z|rar|gz)$/i.test(name))
    return { name, why: 'it is packed; unpack it, and drop the files that were in it' };
  if (file.size > LARGEST_TEXT)
    return { name, why: `it has ${file.size} bytes; a result has a few thousand` };
  try {
    return { name, text: await file.text() };
  } catch {
    return { name, why: 'it cannot be read; if it is a folder, drop the files in it' };
  }
}

export const classroom = new Room();
