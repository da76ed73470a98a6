/** @file Lessons under a teacher's link: if a control is removed, nothing on the page asks for it. */
import { describe, expect, test } from 'vitest';
import { linksOf } from '../../src/lessons/lesson';
import { PLAIN, type LessonLink } from '../../src/lessons/link';
import { closedBy, lessonWithin, proseWithin } from '../../src/lessons/within';
import { lessons, render } from './all';

const link = (hide: string[], lock: string[] = [], seed?: number): LessonLink => ({
  ...PLAIN,
  hide: new Set(hide),
  lock: new Set(lock),
  seed,
});
const text = (html: string) => html.replaceAll(/<[^>]+>/g, '');
const proseOf = (lesson: (typeof lessons)[number]) =>
  lesson.steps.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === 'prose' ? [part.html] : [])),
  );
const play = lessons[0]!;

describe('sentences', () => {
  const html = render.block(
    'A. {with train: Train **it** {measured: 12 %}.} {without train: Watch it.} {with plan, window: [Nine](set:window=9).} B.',
  );

  test('stay if the controls they need are there', () => {
    expect(text(proseWithin(html, link([])))).toMatch(/A\..*Train it.*Nine.*B\./);
    expect(proseWithin(html, link([]))).not.toContain('Watch it');
  });

  test('disappear or change if they are not', () => {
    const watched = proseWithin(html, link(['train']));
    expect(text(watched)).toMatch(/A\.\s+Watch it\.\s+Nine\.\s+B\./);
    expect(watched).not.toMatch(/Train|12 %|hidden/);
    expect(proseWithin(html, link([], ['window']))).not.toContain('Nine');
  });

  test('keep only their words if their link would do nothing', () => {
    const plain = render.block('Try [a window of 9](set:window=9&plan=local).');
    expect(linksOf(proseWithin(plain, link([], ['plan'])))).toEqual([]);
    expect(text(proseWithin(plain, link([], ['plan'])))).toContain('Try a window of 9.');
    expect(linksOf(proseWithin(plain, link(['plan']))), 'what is hidden is not fixed').toHaveLength(
      1,
    );
  });

  test('about an unknown control are refused', () => {
    expect(() => render.block('{with train: never closed')).toThrow(/is not closed/);
  });
});

describe.each(lessons.map((lesson) => [lesson.id, lesson] as const))('%s', (_, lesson) => {
  test('does not mention training if it is hidden', () => {
    const within = lessonWithin(lesson, link(['train']));
    for (const html of proseOf(within))
      expect(text(html)).not.toMatch(
        /\bTrain\b(?! on)|[Tt]hen train|and train\b(?!\.py)|[Pp]lay the recording|[Pp]lay it again|press Train/,
      );
  });

  test('asks for no control that is fixed', () => {
    const names = [
      ...new Set(lesson.steps.flatMap(({ stage }) => stage.controls)),
      'plan',
      'stripes',
    ];
    const within = lessonWithin(lesson, link([], names));
    for (const step of within.steps) {
      expect(step.goals.filter(({ kind }) => kind === 'changed')).toEqual([]);
      expect(step.exercises.filter(({ kind }) => kind === 'target')).toEqual([]);
    }
    for (const html of proseOf(within))
      expect(text(html)).not.toMatch(
        /Press a stripe|Turn the (window|group size)|Change the (chunk|width|group size)|Turn stripes|Add layers on/,
      );
  });

  test('is unchanged under a link that removes nothing', () => {
    expect(lessonWithin(lesson, link([]))).toBe(lesson);
    expect(closedBy(lesson, link([]))).toEqual([]);
  });
});

test('a teacher sees what a link closes, and a reader under it is not asked for it', () => {
  const taken = link(['train', 'plan'], ['window', 'groupSize', 'distance', 'plan']);
  expect(closedBy(play, taken).map(({ step, what }) => `${step}: ${what}`)).toEqual([
    'Change a few things: Change the plan',
    'Black and white: Give a stripe another pattern',
    'Repair it: Get an accuracy above 90 %',
  ]);
  expect(lessonWithin(play, taken).steps.map(({ goals }) => goals.length)).toEqual([1, 1, 1, 1, 0]);
});

test('without training and with another seed there is nothing to predict', () => {
  expect(closedBy(play, link(['train'], [], 7)).map(({ what }) => what)).toContainEqual(
    expect.stringMatching(/^exercise 1 \(.+\)$/),
  );
  expect(closedBy(play, link(['train']))).toEqual([]);
});
