/** @file The messages of lessons and guides: a paragraph, list or table of prose each, and the texts of exercises. */
import { RICH } from '../../src/lessons/mapProse';
import type { LessonDocument, Heading } from '../../src/lessons/document';
import type { Block, Prose } from '../../src/lessons/stepDocument';

type Translate = (message: string) => string;

/** Properties of exercises and scenes that a reader sees; `name` is that of a run. */
const SAID: ReadonlySet<string> = new Set([...RICH, 'story', 'name']);

/** The same document in another language. Slugs, ids, answers and minutes stay. */
export function translatedDocument(document: LessonDocument, say: Translate): LessonDocument {
  return {
    ...translatedHead(document, say),
    steps: document.steps.map((step) => ({
      ...step,
      title: say(step.title),
      parts: step.parts.map((part) => translatedPart(part, say)),
    })),
  };
}

/** The same for the data of a list of lessons. */
export function translatedHeading(heading: Heading, say: Translate): Heading {
  return {
    ...translatedHead(heading, say),
    steps: heading.steps.map((step) => ({ ...step, title: say(step.title) })),
  };
}

function translatedHead<T extends Pick<Heading, 'title' | 'summary' | 'learned'>>(
  head: T,
  say: Translate,
): T {
  return {
    ...head,
    title: say(head.title),
    summary: say(head.summary),
    learned: head.learned.map(say),
  };
}

function translatedPart(part: Prose | Block, say: Translate): Prose | Block {
  if (part.kind === 'prose') return { ...part, text: translatedMarkdown(part.text, say) };
  const value = (one: unknown, name = ''): unknown => {
    if (typeof one === 'string') {
      const isSaid = name !== 'name' || /\p{Ll}{2}/u.test(one); // not 'G S S S'
      return SAID.has(name) && isSaid ? say(one) : one;
    }
    if (Array.isArray(one)) return one.map((each) => value(each, name));
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([key, each]) => [key, value(each, key)]));
  };
  return { ...part, value: value(part.value) };
}

/** Blocks between blank lines are messages; fenced code and thematic breaks are not. */
export function translatedMarkdown(markdown: string, say: Translate): string {
  return markdown
    .split(/(^(?:```|~~~)[\s\S]*?^(?:```|~~~)\s*$|\n[ \t]*\n)/m)
    .map((block, i) => {
      if (i % 2 === 1 || !/\p{L}/u.test(block)) return block;
      const [, before, text, after] = /^(\s*)([\s\S]*?)(\s*)$/.exec(block)!;
      return before! + say(text!) + after!;
    })
    .join('');
}

/** All messages of a lesson, in order. */
export function messagesOfLesson(document: LessonDocument): readonly string[] {
  const all: string[] = [];
  translatedDocument(document, (message) => (all.push(message), message));
  return all;
}

/** All messages of a guide, in order. */
export function messagesOfGuide(markdown: string): readonly string[] {
  const all: string[] = [];
  translatedMarkdown(markdown.replaceAll('\r\n', '\n'), (message) => (all.push(message), message));
  return all;
}
