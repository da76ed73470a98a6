/** @file Lessons and guides name steps and lessons by number: each has to exist, under the title that is given with it. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { files, lessons } from './all';

interface Named {
  readonly title: string;
}
/** What a text may refer to: its own steps and all lessons, by number. */
interface Numbered {
  readonly step: ReadonlyMap<number, Named>;
  readonly lesson: ReadonlyMap<number, Named>;
}

/** A lesson has at most ten steps; a larger number is a step of a training run. */
const TRAINING_FROM = 25;
const QUOTED = String.raw`(?:\*(?<italic>[^*]+)\*|“(?<quoted>[^”]+)”)`;
const NUMBERED = new RegExp(
  String.raw`(?<!\d )\b(?<kind>lesson|step)s? (?<numbers>\d+(?:(?:, | and |, and | or | to |–)\d+)*)(?!\.?\d)(?:(?:,|:| \(| is)? ?${QUOTED})?`,
  'gi',
);
const TITLED = new RegExp(String.raw`\b(?<kind>lesson|step) (?:called )?${QUOTED}`, 'gi');
const LINKED = /\[lesson (\d+)[^\]]*\]\(#\/lessons\/(\d+)/gi;
/** A row of a guide's timing table that numbers its step: '| 0–2½ | 1 It writes | …'. */
const ROW = /^\| [\d½]+–[\d½]+ \| (\d+ .+?) \|/gm;
/** Of a row: '8 Train the leak, 9 Find its cell' are two. */
const STEP_IN_ROW = /(\d+) (.+?)(?=, \d+ |$)/g;

/** References that lead nowhere, each with what is wrong. */
function broken(text: string, known: Numbered): string[] {
  const wrong: string[] = [];
  const check = (fits: boolean, reference: string, why: string) => {
    if (!fits) wrong.push(`‘${reference}’: ${why}`);
  };
  const kindOf = (word: string) => word.toLowerCase() as keyof Numbered;
  for (const { 0: reference, groups } of text.matchAll(NUMBERED)) {
    const kind = kindOf(groups!['kind']!);
    const numbers = [...groups!['numbers']!.matchAll(/\d+/g)].map(Number);
    const title = groups!['italic'] ?? groups!['quoted'];
    for (const n of numbers) {
      if (kind === 'step' && n >= TRAINING_FROM) continue;
      const one = known[kind].get(n);
      check(one !== undefined, reference, `there is no ${kind} ${n}`);
      if (one && title && numbers.length === 1)
        check(one.title === title, reference, `${kind} ${n} is called ‘${one.title}’`);
    }
  }
  for (const { 0: reference, groups } of text.matchAll(TITLED)) {
    const kind = kindOf(groups!['kind']!);
    const title = groups!['italic'] ?? groups!['quoted'];
    const titles = [...known[kind].values()].map((one) => one.title);
    check(titles.includes(title!), reference, `no ${kind} has this title`);
  }
  for (const [reference, said, linked] of text.matchAll(LINKED))
    check(Number(said) === Number(linked), reference, `the link leads to lesson ${Number(linked)}`);
  for (const [, row] of text.matchAll(ROW))
    for (const [reference, n, title] of row!.matchAll(STEP_IN_ROW)) {
      const name = known.step.get(Number(n))?.title ?? 'missing';
      check(name.startsWith(title!), reference, `it is ‘${name}’`);
    }
  return wrong;
}

const numbered = (all: readonly Named[], from: number) =>
  new Map(all.map((one, i) => [i + from, one]));
const allLessons = numbered(lessons, 0);

describe('a reference', () => {
  const known = {
    step: numbered([{ title: 'Look' }, { title: 'Count' }], 1),
    lesson: numbered([{ title: 'Play' }, { title: 'Costs' }], 0),
  };

  test('is found however it is written', () => {
    const text = `Steps 1 and 3. See step 3: why? Lesson 1, *Play*, says so. Lesson 2.
Step 2 (“Look”). The step *Draw*, the lesson “Maths”. [Lesson 1](#/lessons/00-play)

| 0–2 | 1 Look, 2 Look | all |`;
    expect(broken(text, known)).toEqual([
      '‘Steps 1 and 3’: there is no step 3',
      '‘step 3’: there is no step 3',
      '‘Lesson 1, *Play*’: lesson 1 is called ‘Costs’',
      '‘Lesson 2’: there is no lesson 2',
      '‘Step 2 (“Look”’: step 2 is called ‘Count’',
      '‘step *Draw*’: no step has this title',
      '‘lesson “Maths”’: no lesson has this title',
      '‘[Lesson 1](#/lessons/00’: the link leads to lesson 0',
      '‘2 Look’: it is ‘Count’',
    ]);
  });

  test('that fits is passed over, and so are steps of training', () => {
    const text = `Steps 1 and 2; step 2, *Count*; lesson 0 (“Play”); [lesson 1](#/lessons/01-costs).
At step 300, between step 150 and step 75; after 120 steps 4.9 nats; 5 steps 3 times.

| 0–2 | 2 Count | all |`;
    expect(broken(text, known)).toEqual([]);
  });
});

describe.each(lessons.map((lesson) => [lesson.id, lesson] as const))('%s', (id, { steps }) => {
  const known = { step: numbered(steps, 1), lesson: allLessons };

  test.each([
    ['lesson.md', files[id]!],
    ['guide.md', readFileSync(`lessons/${id}/guide.md`, 'utf8')],
  ])('%s names steps and lessons that exist', (_, text) => {
    expect(broken(text, known)).toEqual([]);
    for (const [link, lesson, step] of text.matchAll(/#\/lessons\/([a-z0-9-]+)\/([a-z0-9-]+)/g))
      expect(
        lessons.find((one) => one.id === lesson)?.steps.map(({ slug }) => slug),
        link,
      ).toContain(step);
  });
});
