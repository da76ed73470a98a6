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
import { allHeads } from '../../course/heads';
import { isRefused } from '../../course/refused';
import { FORMS } from '../../../lessons/concepts/form';
import { KEY, readKept, savedClass, saveClass } from './keep';

const MAX_FILES = 400;

/** The class on this machine: it survives reloads and crashes until the teacher deletes it. All tabs show the same. */
class Room {
  room = $state.raw<Classroom>(EMPTY_ROOM);
  /** What happened to the last input. */
  outcome = $state.raw<Outcome | undefined>();
  /** Whether the browser stores it; false if storage is forbidden or full. */
  kept = $state(true);
  /**
   * The results deleted last, while the deletion can still be undone: until something else happens, or the tab is
   * closed.
   */
  forgotten = $state.raw<Classroom | undefined>();
  #anonymous = $state(false);

  readonly #lessons = new Set([
    ...allHeads.flatMap((head) => (isRefused(head) ? [] : [head.id])),
    ...FORMS.map(({ id }) => id),
  ]);

  constructor() {
    const { room, anonymous } = savedClass();
    this.room = room;
    this.#anonymous = anonymous;
    // Results collected in another tab appear here too, so that neither overwrites the other.
    window.addEventListener('storage', ({ key, newValue }) => {
      if (key !== KEY && key !== null) return;
      const next = readKept(newValue ?? '');
      this.room = next.room;
      this.#anonymous ||= next.anonymous;
    });
  }

  /** Names are replaced by numbers. */
  get anonymous(): boolean {
    return this.#anonymous;
  }

  set anonymous(hidden: boolean) {
    this.#anonymous = hidden;
    this.#keep();
  }

  paste = (text: string) => this.#add([{ name: 'What was pasted', text }], []);

  open = async (files: readonly File[]) => {
    const given: Given[] = [];
    const refused: Refusal[] = [];
    for (const file of files.slice(0, MAX_FILES)) {
      const read = await textOf(file);
      if ('why' in read) refused.push(read);
      else given.push(read);
    }
    if (files.length > MAX_FILES)
      refused.push({
        name: `${files.length - MAX_FILES} files`,
        why: `at most ${MAX_FILES} are read at once; drop the rest afterwards`,
      });
    this.#add(given, refused);
  };

  remove = (result: LessonResult) => {
    this.#put(remove(this.room, result));
    this.outcome = undefined;
  };

  /** Deletes the class from this machine. Can be undone until the page is left. */
  forget = () => {
    const before = this.room;
    this.#put(EMPTY_ROOM);
    this.outcome = undefined;
    this.forgotten = before;
  };

  takeBack = () => {
    if (this.forgotten) this.#put(this.forgotten);
  };

  #put(room: Classroom) {
    this.room = room;
    this.forgotten = undefined;
    this.#keep();
  }

  #keep() {
    this.kept = saveClass({ room: this.room, anonymous: this.#anonymous });
  }

  #add(given: readonly Given[], refused: readonly Refusal[]) {
    const outcome = add(this.room, given, this.#lessons);
    this.#put(outcome.room);
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
