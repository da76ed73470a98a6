/** @file All messages of the source. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDocument } from '../../src/lessons/document';
import { hasMessages, SITE } from './files';
import { messagesOfGuide, messagesOfLesson } from './lessons';
import { messagesIn } from './scan';

export interface Entry {
  readonly message: string;
  readonly files: readonly string[];
  readonly notes: readonly string[];
}

/** The messages of each part: 'site', '00-play', …; in the order of their files. */
export function allMessages(root: string): ReadonlyMap<string, readonly Entry[]> {
  const parts = new Map<string, readonly Entry[]>();
  parts.set(SITE, merged(siteMessages(root)));
  for (const id of lessonIds(root)) parts.set(id, merged(lessonMessages(root, id)));
  return parts;
}

export const lessonIds = (root: string): readonly string[] =>
  readdirSync(join(root, 'lessons'), { withFileTypes: true })
    .filter((one) => one.isDirectory() && existsSync(join(root, 'lessons', one.name, 'lesson.md')))
    .map(({ name }) => name)
    .sort();

type One = { message: string; file: string; notes: readonly string[] };

function siteMessages(root: string): readonly One[] {
  const paths = ['src', 'scripts/lessons', 'scripts/pages'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
      .filter(hasMessages)
      .sort(),
  );
  return paths.flatMap((file) =>
    messagesIn(file, readFileSync(join(root, file), 'utf8')).map(({ message, notes }) => ({
      message,
      file,
      notes,
    })),
  );
}

function lessonMessages(root: string, id: string): readonly One[] {
  const read = (name: string) => {
    const path = join(root, 'lessons', id, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  };
  const from = (name: string, messages: readonly string[]) =>
    messages.map((message) => ({ message, file: `lessons/${id}/${name}`, notes: [] }));
  return [
    ...from('lesson.md', messagesOfLesson(readDocument(id, read('lesson.md')))),
    ...from('guide.md', messagesOfGuide(read('guide.md'))),
  ];
}

function merged(all: readonly One[]): readonly Entry[] {
  const entries = new Map<string, { files: Set<string>; notes: Set<string> }>();
  for (const { message, file, notes } of all) {
    const entry = entries.get(message) ?? { files: new Set(), notes: new Set() };
    entries.set(message, entry);
    entry.files.add(file);
    for (const note of notes) entry.notes.add(note);
  }
  return [...entries].map(([message, { files, notes }]) => ({
    message,
    files: [...files],
    notes: [...notes],
  }));
}
