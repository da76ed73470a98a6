/**
 * @file A lesson as its author writes it: Markdown, cut into steps, each with prose, at most one scene, and exercises.
 *
 * Nothing here knows what a scene may contain (src/lessons/lesson.ts does); blocks keep their line number, so that an
 * error can point to it. Used by the site build, the checker and the tests alike.
 */
import { check, InputError } from '../core/check';
import { isRecord } from '../core/place';
import { minutesOf, minutesOfStep } from './minutes';
import type { Block, Prose, StepDocument } from './stepDocument';

export interface LessonHead {
  readonly id: string; // its folder: '04-the-cliff'
  readonly title: string;
  /** Counted by src/lessons/minutes.ts. */
  readonly minutes: number;
  /** One sentence for the list of lessons. */
  readonly summary: string;
  /** Ids of the lessons to do first. */
  readonly needs: readonly string[];
  /** Masks as terms, one to four, drawn small next to the title. */
  readonly picture: readonly string[];
  /** What the reader learned, in three lines of plain text. */
  readonly learned: readonly string[];
}

export interface LessonDocument extends LessonHead {
  readonly steps: readonly StepDocument[];
}

/** The data for a list of lessons; for each step, enough to tell whether it is done. */
export interface Heading extends LessonHead {
  readonly steps: readonly {
    readonly slug: string;
    readonly title: string;
    readonly minutes: number; // a fraction
    readonly exercises: readonly { readonly id: string }[];
  }[];
}

export const headOf = ({ steps, ...head }: LessonDocument): Heading => ({
  ...head,
  steps: steps.map(({ slug, title, parts }) => ({
    slug,
    title,
    minutes: minutesOfStep({ parts }),
    exercises: parts.flatMap((part) => {
      const id: unknown = part.kind === 'exercise' && isRecord(part.value) && part.value['id'];
      return typeof id === 'string' ? [{ id }] : [];
    }),
  })),
});

const HEAD = ['title', 'summary', 'needs', 'picture', 'learned'] as const;
const LINES = 3; // lines 'learned'

/** Throws InputError naming file, step, line and reason. */
export function readDocument(id: string, markdown: string): LessonDocument {
  const file = `lessons/${id}/lesson.md`;
  check(
    /^\d\d-[a-z0-9]+(-[a-z0-9]+)*$/.test(id),
    `${file}: the folder '${id}' should be two digits and words, as 04-the-cliff`,
  );
  const lines = markdown.replaceAll('\r\n', '\n').split('\n');
  const { head, end } = readHead(file, lines);
  const steps = stepsOf(file, lines, end);
  check(steps.length > 0, `${file}: it has no steps; begin each one with '## ' and its title`);
  return { id, ...head, minutes: minutesOf(steps), steps };
}

function readHead(file: string, lines: readonly string[]) {
  check(lines[0] === '---', `${file}, line 1: it should begin with '---', then ${HEAD.join(', ')}`);
  const end = lines.indexOf('---', 1);
  check(end > 0, `${file}: the head is not closed; put '---' on a line of its own after it`);
  const pairs = new Map<string, string[]>();
  lines.slice(1, end).forEach((line, i) => {
    const at = line.indexOf(':');
    const name = line.slice(0, at).trim();
    check(
      name !== 'minutes',
      `${file}, line ${i + 2}: minutes are counted from the words and exercises; take the line out`,
    );
    check(
      at > 0 && (HEAD as readonly string[]).includes(name),
      `${file}, line ${i + 2}: '${line.slice(0, 40)}' should be one of ${HEAD.join(', ')}, a colon and its value`,
    );
    const value = line.slice(at + 1).trim();
    check(value !== '', `${file}, line ${i + 2}: ${name} has no value`);
    const before = pairs.get(name) ?? [];
    check(
      before.length === 0 || name === 'learned',
      `${file}, line ${i + 2}: ${name} appears twice in the head`,
    );
    pairs.set(name, [...before, value]);
  });
  const missing = (['title', 'summary'] as const).find((name) => !pairs.get(name));
  check(!missing, `${file}: the head has no ${missing}`);
  const learned = pairs.get('learned') ?? [];
  check(
    learned.length === LINES,
    `${file}: the head has ${learned.length} lines 'learned: …'; it should have ${LINES}, which the end of the lesson shows`,
  );
  const list = (name: string, between: string) =>
    (pairs.get(name)?.[0] ?? '')
      .split(between)
      .map((one) => one.trim())
      .filter(Boolean);
  const picture = list('picture', ';');
  check(
    picture.length <= 4,
    `${file}: the picture has ${picture.length} masks; four at most, with ';' between them`,
  );
  return {
    head: {
      title: pairs.get('title')![0]!,
      summary: pairs.get('summary')![0]!,
      needs: list('needs', ','),
      picture,
      learned,
    },
    end: end + 1,
  };
}

function stepsOf(file: string, lines: readonly string[], from: number): StepDocument[] {
  const steps: { title: string; slug: string; line: number; parts: (Prose | Block)[] }[] = [];
  let prose: string[] = [];
  let proseAt = 0;
  const close = () => {
    const text = prose.join('\n').trim();
    if (text) steps.at(-1)!.parts.push({ kind: 'prose', text, line: proseAt });
    prose = [];
  };
  for (let i = from; i < lines.length; i++) {
    const line = lines[i]!;
    const step = /^## +(.+?)(?: +\{#([a-z0-9-]+)\})? *$/.exec(line);
    const fence = /^```(\w*)\s*$/.exec(line);
    if (step) {
      if (steps.length > 0) close();
      const title = step[1]!.trim();
      check(
        !steps.some((one) => one.title === title),
        `${file}, line ${i + 1}: two steps are called '${title}'`,
      );
      // A step whose title changes keeps the name that links and stored progress use.
      steps.push({ title, slug: step[2] ?? slugOf(title), line: i + 1, parts: [] });
      continue;
    }
    if (steps.length === 0) {
      check(
        line.trim() === '',
        `${file}, line ${i + 1}: before the first step there is only the head`,
      );
      continue;
    }
    if (!fence) {
      if (prose.length === 0 && line.trim() === '') continue;
      if (prose.length === 0) proseAt = i + 1;
      prose.push(line);
      continue;
    }
    const end = lines.indexOf('```', i + 1);
    const where = `${file}, step '${steps.at(-1)!.title}', line ${i + 1}`;
    check(end > 0, `${where}: the block is not closed; put three backticks on a line of their own`);
    if (fence[1] === 'scene' || fence[1] === 'exercise') {
      close();
      const value = jsonOf(lines.slice(i + 1, end).join('\n'), `${where}: the ${fence[1]}`);
      steps.at(-1)!.parts.push({ kind: fence[1], value, line: i + 1 });
    } else {
      if (prose.length === 0) proseAt = i + 1;
      prose.push(...lines.slice(i, end + 1)); // code to read
    }
    i = end;
  }
  if (steps.length > 0) close();
  const empty = steps.find(({ parts }) => !parts.some(({ kind }) => kind === 'prose'));
  check(!empty, `${file}, step '${empty?.title}', line ${empty?.line}: it has no text`);
  return steps;
}

function jsonOf(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InputError(`${what} is not valid JSON (${(cause as Error).message})`);
  }
}

/** The name of a step in the URL, unless it is given. */
export const slugOf = (title: string): string =>
  title
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 48);
