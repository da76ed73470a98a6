/** @file Requirements on every lesson: readable, solvable, honest about its numbers, and usable without a GPU. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readFile, type Saved } from '../../src/compare/file';
import { subsetOf } from '../../src/compare/subset';
import { block, inline } from '../../scripts/lessons/render.mjs';
import { COMMANDS } from '../../scripts/lessons/words.mjs';
import { PAGES } from '../../src/app/route';
import { headOf, readDocument } from '../../src/lessons/document';
import { mapProse } from '../../src/lessons/mapProse';
import { wordsIn } from '../../src/lessons/minutes';
import { minutesAt, PATHS } from '../../src/lessons/paths';
import type { ExerciseKind, World } from '../../src/lessons/exercise';
import { kinds } from '../../src/lessons/kinds';
import { changed, comparisonOf, stageSpecs } from '../../src/lessons/scene';
import { STAGE_VIEWS, stageViewOf } from '../../src/lessons/stageViews';
import { exercises, files, lessons, names, refused } from './all';

const root = (path: string) => new URL(`../../${path}`, import.meta.url);
const recordings = new Map<string, Saved>();
function recordingOf(id: string): Saved {
  let saved = recordings.get(id);
  if (!saved) {
    saved = readFile(readFileSync(root(`public/recorded/races/${id}.json`), 'utf8'));
    recordings.set(id, saved);
  }
  return saved;
}

test('no lesson is refused', () => expect(refused).toEqual([]));

test('no lesson and no guide has a style attribute, which the site’s policy would block', () => {
  const guides = Object.values(
    import.meta.glob<string>('/lessons/*/guide.md', {
      query: '?raw',
      import: 'default',
      eager: true,
    }),
  );
  const html = guides.map(block);
  const keep = (shown: string) => (html.push(shown), shown);
  for (const [id, text] of Object.entries(files))
    mapProse(
      readDocument(id, text),
      (part) => keep(block(part)),
      (part) => keep(inline(part)),
    );
  expect(html.filter((text) => text.includes(' data-style="')).length).toBeGreaterThan(3);
  expect(html.filter((text) => /<[^>]* style=/.test(text))).toEqual([]);
});

describe('how a number was measured', () => {
  const sources = lessons.flatMap(({ id, steps }) =>
    steps.flatMap(({ parts }) =>
      parts.flatMap((part) =>
        part.kind === 'prose'
          ? [...part.html.matchAll(/<span class="claim measured">(.*?)<\/span>/g)].map(
              ([, says]) => `${id}: ${says}`,
            )
          : [],
      ),
    ),
  );

  test('is said in words: readers have no command line', () => {
    expect(sources.length).toBeGreaterThan(40);
    expect(sources.filter((says) => /\bnp[mx] /.test(says))).toEqual([]);
    expect(
      sources.filter((says) => says.includes('recorded for this site')).length,
    ).toBeGreaterThan(20);
  });

  test('is a command of this project in the file, and another one is refused', () => {
    const { scripts } = JSON.parse(readFileSync(root('package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(Object.keys(COMMANDS).filter((name) => !(name in scripts))).toEqual([]);
    expect(inline('It learns. {measured: seed 1, npm run bench -- --quick --profile}')).toContain(
      'measured: seed 1, timed with the code of this site<',
    );
    expect(() => inline('It learns. {measured: npm run build}')).toThrow(
      /npm run build has no words for readers/,
    );
  });
});

test('there are thirteen, counted from 0', () => {
  expect(lessons.map(({ id }) => id.slice(0, 2))).toEqual(
    Array.from({ length: 13 }, (_, i) => String(i).padStart(2, '0')),
  );
});

test('every view has a component, and every component is a view', () => {
  const components = Object.keys(import.meta.glob('/src/app/lessons/stageViews/*.svelte')).map(
    (path) => path.split('/').at(-1)!.replace('.svelte', '').toLowerCase(),
  );
  expect(components.sort()).toEqual(STAGE_VIEWS.map(({ id }) => id).sort());
});

test('every kind of exercise has a component and is used in a lesson', () => {
  const components = Object.keys(import.meta.glob('/src/app/lessons/exercises/*.svelte')).map(
    (path) => path.split('/').at(-1)!.replace('.svelte', '').toLowerCase(),
  );
  expect(components.sort()).toEqual(kinds.all.map(({ id }) => id).sort());
  const used = new Set(exercises.map(({ exercise }) => exercise.kind));
  expect([...used].sort()).toEqual(kinds.all.map(({ id }) => id).sort());
});

test('every lesson comes with the kinds of its exercises, and no others', async () => {
  const modules = import.meta.glob<{ kinds: readonly ExerciseKind[] }>('/lessons/*/lesson.md');
  for (const { id, steps } of lessons) {
    const used = steps.flatMap((step) => step.exercises.map(({ rules }) => rules));
    const { kinds } = await modules[`/lessons/${id}/lesson.md`]!();
    expect(new Set(kinds), id).toEqual(new Set(used));
  }
});

/** A lesson's text without its blocks. */
const proseOf = (text: string) => text.replaceAll(/```(scene|exercise)\n[\s\S]*?\n```/g, '');

describe.each(PATHS.map((path) => [path.minutes, path] as const))('%i minutes', (minutes, path) => {
  const heads = lessons.map((lesson) => headOf(readDocument(lesson.id, files[lesson.id]!)));
  const headAt = (id: string) => heads.find((head) => head.id === id)!;

  test('are the time its lessons take, to a tenth, and at most a minute less', () => {
    const sum = path.stops.reduce((all, stop) => all + minutesAt(stop, headAt(stop.lesson)), 0);
    const adjust = `the stops of this path take ${sum.toFixed(1)} minutes; change them, or its minutes, in src/lessons/paths.ts`;
    expect(Math.abs(sum - minutes) / minutes, adjust).toBeLessThan(0.1);
    expect(sum, adjust).toBeLessThan(minutes + 1);
  });

  test('begin with play and go forward', () => {
    const ids = path.stops.map(({ lesson }) => lesson);
    expect(ids[0]).toBe('00-play');
    expect(ids).toEqual(ids.toSorted());
    for (const { lesson, steps = 1 } of path.stops)
      expect(steps).toBeLessThan(headAt(lesson).steps.length);
  });
});

describe.each(lessons.map((lesson) => [lesson.id, lesson] as const))('%s', (id, lesson) => {
  const text = files[id]!;

  test('has enough steps to learn something, and few enough for its minutes', () => {
    expect(lesson.steps.length).toBeGreaterThanOrEqual(id.startsWith('00') ? 3 : 5);
    expect(lesson.steps.length).toBeLessThanOrEqual(10);
    expect(lesson.minutes).toBeGreaterThanOrEqual(5);
    expect(lesson.minutes).toBeLessThanOrEqual(25);
    // No reader is faster than this: 1,100 words and nine exercises are not 12 minutes.
    const count = lesson.steps.flatMap(({ exercises }) => exercises).length;
    expect(lesson.minutes).toBeGreaterThanOrEqual(count * 0.75 + wordsIn(proseOf(text)) / 250);
    expect(lesson.summary).toMatch(/\.$/);
  });

  test('ends with three lines of what was learned, and names the lessons it needs', () => {
    expect(lesson.learned).toHaveLength(3);
    for (const line of lesson.learned) {
      expect(line).toMatch(/^[A-Z].*\.$/);
      expect(line.length).toBeLessThan(140);
    }
    expect(lesson.needs.length).toBe(id.startsWith('00') ? 0 : Math.max(1, lesson.needs.length));
    expect(lesson.picture.length).toBeGreaterThan(0);
  });

  test('has something to do in most of its steps', () => {
    const active = lesson.steps.filter(
      ({ goals, exercises }) => goals.length + exercises.length > 0,
    );
    expect(active.length / lesson.steps.length).toBeGreaterThan(0.6);
    expect(
      new Set(lesson.steps.flatMap((step) => step.exercises.map(({ kind }) => kind))).size,
    ).toBeGreaterThanOrEqual(id.startsWith('00') ? 2 : 3);
  });

  test('works at once: the training it shows was recorded', () => {
    const shown = lesson.steps.filter(({ stage }) =>
      stage.show.some((view) => stageViewOf(view).runs && view !== 'stripes'),
    );
    const recorded = shown.filter(
      ({ stage }) => stage.recorded && subsetOf(recordingOf(stage.recorded), comparisonOf(stage)),
    );
    expect(recorded.length, 'steps whose runs were recorded').toBeGreaterThan(0);
    expect(
      shown.filter((step) => !recorded.includes(step)).map(({ title }) => title),
      'steps that show training and have no recording of these very runs',
    ).toEqual([]);
  });

  test('makes claims, and names their sources', () => {
    const claims = [...text.matchAll(/\{(proved|measured|source)\b/g)];
    expect(claims.length).toBeGreaterThanOrEqual(2);
  });

  test('has links that lead somewhere', () => {
    for (const [, page] of text.matchAll(/\]\(#\/([a-z]*)/g))
      expect([...PAGES.map((one) => one.id), ''], `#/${page}`).toContain(page);
    for (const [, path] of text.matchAll(/\]\(#\/lessons\/([a-z0-9-]+)/g))
      expect(lessons.map((one) => one.id)).toContain(path);
  });

  test('points only at things that exist', () => {
    for (const step of lesson.steps)
      for (const part of step.parts) {
        if (part.kind !== 'prose') continue;
        for (const [, look] of part.html.matchAll(/data-look="([^"]+)"/g)) {
          const asked = new URLSearchParams(look!.replaceAll('&amp;', '&'));
          const { context, layers, heads } = step.stage.set;
          expect(Number(asked.get('query') ?? 0)).toBeLessThan(context);
          expect(Number(asked.get('layer') ?? 1)).toBeLessThanOrEqual(layers);
          expect(Number(asked.get('head') ?? 1)).toBeLessThanOrEqual(heads);
        }
      }
  });

  test('has a guide with aims, timing, answers, mistakes and questions', () => {
    const file = root(`lessons/${id}/guide.md`);
    expect(existsSync(file)).toBe(true);
    const guide = readFileSync(file, 'utf8');
    expect([...guide.matchAll(/^## (.+)$/gm)].map(([, title]) => title)).toEqual([
      'Aims',
      'Timing',
      'Expected answers',
      'Common mistakes',
      'Discussion',
    ]);
    for (const step of lesson.steps)
      for (const { id: exercise } of step.exercises)
        expect(guide.includes(exercise), `guide.md has the answer of '${exercise}'`).toBe(true);
    const rows = [...guide.matchAll(/^\| [\d½]+–([\d½]+) \| (.+?) \|/gm)];
    expect(rows.at(-1)![1], 'its timing ends with the minutes of the lesson').toBe(
      String(lesson.minutes),
    );
    const planned = rows.map(([, , title]) => title!).join(' ');
    for (const { title } of lesson.steps)
      expect(planned, 'the steps of its timing table').toContain(title.split(',')[0]!);
  });

  test('uses only names that exist', () => {
    for (const { stage } of lesson.steps) {
      if (stage.model) expect(names.models).toContain(stage.model);
      if (stage.recorded) expect(names.recordings).toContain(stage.recorded);
    }
  });
});

describe.each(exercises.map((one) => [one.name, one] as const))('%s', (_, { step, exercise }) => {
  const kind = kinds.get(exercise.kind);
  const world: World = { specs: stageSpecs(step.stage), results: [] };

  test('accepts the right answer', () => {
    const { answer, world: settings } = kind.solve(exercise.of);
    const stage = settings ? changed(step.stage, { set: settings, runs: {} }) : step.stage;
    const specs = stageSpecs(stage);
    const results = specs.map(() => ({ accuracy: 1, loss: 0 }));
    const verdict = kind.check(exercise.of, answer, { specs, results });
    expect(verdict.says).toBeTruthy();
    expect(verdict.right).toBe(true);
    expect(
      kind.answerOf(exercise.of, JSON.parse(JSON.stringify(answer))),
      'survives a store',
    ).toEqual(answer);
    expect(kind.begun(exercise.of, answer)).toBe(true);
  });

  test('catches wrong answers, each with its own words', () => {
    for (const { answer, says } of kind.wrong(exercise.of, world)) {
      const verdict = kind.check(exercise.of, answer, world);
      expect(verdict.right, JSON.stringify(answer)).toBe(false);
      expect(verdict.says).toMatch(says);
      expect(verdict.says, 'one reason, the likeliest').not.toMatch(/\bOr: /);
      expect(kind.answerOf(exercise.of, JSON.parse(JSON.stringify(answer)))).toEqual(answer);
    }
    expect(kind.wrong(exercise.of, world).length).toBeGreaterThanOrEqual(
      ['predict', 'target'].includes(kind.id) ? 0 : 1,
    );
  });

  test('does not accept an empty or invalid answer', () => {
    const empty = kind.empty(exercise.of);
    // Things to put in order start in some order, and the stage starts with some settings.
    if (!['order', 'target'].includes(kind.id)) expect(kind.begun(exercise.of, empty)).toBe(false);
    for (const value of [null, 'x'.repeat(5000), { query: -1, key: 1e9 }, [1, 1, 1, 1], NaN]) {
      const answer = kind.answerOf(exercise.of, value);
      if (answer !== undefined) expect(() => kind.say(exercise.of, answer)).not.toThrow();
    }
    expect(kind.answerOf(exercise.of, null)).toBeUndefined();
  });

  if (kind.id === 'predict')
    test('has a band that contains the recorded result', () => {
      const { run, metric, band } = exercise.of as {
        run: number;
        metric: 'accuracy' | 'loss';
        band: [number, number];
      };
      const saved = subsetOf(recordingOf(step.stage.recorded!), comparisonOf(step.stage))!;
      const value = saved.histories[run]!.validations.at(-1)![metric];
      expect(value).toBeGreaterThanOrEqual(band[0]);
      expect(value).toBeLessThanOrEqual(band[1]);
    });

  if (kind.id === 'target')
    test('refuses the initial state, and a solution that costs too much', () => {
      const { base } = exercise.of as { base: Parameters<typeof stageSpecs>[0]['set'] };
      const dear = stageSpecs({
        set: { ...base, plan: 'global' },
        runs: [{ own: { plan: 'global' } }],
      });
      const results = [{ accuracy: 1, loss: 0 }];
      expect(kind.check(exercise.of, {}, { specs: world.specs, results }).right).toBe(false);
      expect(kind.check(exercise.of, {}, { specs: dear, results }).right).toBe(false);
    });
});
