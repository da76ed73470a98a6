/** @file A lesson as its author writes it: what is read, and what is refused, by file, step, line and reason. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/core/check';
import { checkAll } from '../../src/lessons/check';
import { headOf, readDocument, slugOf } from '../../src/lessons/document';
import { kinds } from '../../src/lessons/kinds';
import { mapProse } from '../../src/lessons/mapProse';
import { lessonOf, linksOf } from '../../src/lessons/lesson';
import { stageSpecs } from '../../src/lessons/scene';
import { names, render } from './all';

const HEAD =
  '---\ntitle: Reach\nsummary: Why windows are not enough.\nlearned: a\nlearned: b\nlearned: c\n---\n';
const fence = (kind: string, value: unknown) => `\`\`\`${kind}\n${JSON.stringify(value)}\n\`\`\`\n`;
const NUMBER = {
  id: 'reach',
  kind: 'number',
  quantity: 'reach',
  ask: 'How far?',
  hints: ['one', 'two', 'three'],
};
const lesson = (body: string) => readDocument('03-reach', HEAD + body);
const built = (body: string) =>
  lessonOf(mapProse(lesson(body), render.block, render.inline), names, kinds);

describe('what is read', () => {
  test('steps have prose, a scene and exercises, in their order, each with its line', () => {
    const { title, minutes, steps } = lesson(
      `\n## One\n\nSome *text*.\n\n${fence('scene', { show: ['reach'] })}\nMore.\n\n${fence('exercise', NUMBER)}\n## Two\n\nLast.\n`,
    );
    // Five words at 150 a minute, and a number to enter.
    expect([title, minutes, steps.map((step) => step.title)]).toEqual(['Reach', 1, ['One', 'Two']]);
    expect(steps[0]!.parts.map(({ kind, line }) => [kind, line])).toEqual([
      ['prose', 11],
      ['scene', 13],
      ['prose', 17],
      ['exercise', 19],
    ]);
  });

  test('code in a lesson stays text, whatever it contains', () => {
    const { steps } = lesson('## One\n\nSee:\n\n```python\n## not a step\n```\n');
    expect(steps).toHaveLength(1);
    expect(steps[0]!.parts).toHaveLength(1);
  });

  test('a stage combines all scenes up to its step, so a step looks the same from both sides', () => {
    const { steps } = built(
      `## A\n\nx\n\n${fence('scene', { start: 'needle', runs: [{ plan: 'local' }], show: ['reach'] })}## B\n\nx\n\n${fence('scene', { set: { window: 9 } })}## C\n\nx\n\n${fence('scene', { show: ['masks'], focus: { layer: 2, query: 5 } })}`,
    );
    expect(steps.map(({ stage }) => stageSpecs(stage)[0]!.window)).toEqual([6, 9, 9]);
    expect(steps.map(({ stage }) => stage.show)).toEqual([['reach'], ['reach'], ['masks']]);
    expect(steps[2]!.stage.focus).toEqual({ layer: 1, query: 5 });
    expect(steps[2]!.stage.recorded).toBe('needle');
  });

  test('formulas become MathML, code is coloured, links act, claims name their source', () => {
    const html = render.block(
      'With $W = 4$ and $$\\sum_k 1$$ [try](set:window=4&plan=local), [look](look:query=3), [masks](#/masks). {proved} {measured: 12 % | https://example.org/a}\n\n```python\nx = 1  # why\n```',
    );
    expect(html).toContain('<math');
    expect(html).toContain('display="block"');
    expect(html).toContain('<button type="button" class="do" data-set="window=4&amp;plan=local">');
    expect(html).toContain('data-look="query=3"');
    expect(html).toContain('<a href="#/masks">');
    expect(html).toContain('hljs-comment');
    expect(html).toMatch(/claim proved.*proved: it follows from who may read whom/);
    expect(html).toMatch(/<a class="claim measured" href="https:\/\/example.org\/a"/);
    expect(linksOf(html)).toEqual(['window=4&plan=local']);
  });

  test('all sources of a sentence are one mark at its end, which opens on demand', () => {
    const marks = (text: string) =>
      [...render.block(text).matchAll(/<button[^>]*class="mark"/g)].length;
    const html = render.block(
      'One {proved}, or two. {measured: 12 %} Three. {source: A | https://a.org}',
    );
    expect(html).toContain('<span class="evidence" hidden><span class="claim proved"');
    expect(html).toContain(
      'aria-expanded="false" aria-label="Where this comes from: proved, measured"',
    );
    expect(marks('One {proved}, or two. {measured: 12 %} Three. {source: A | https://a.org}')).toBe(
      2,
    );
    expect(marks('A has it {source: A}; B has it too {source: B}.')).toBe(1);
    expect(marks('A has it. {source: A} B has it too. {source: B}')).toBe(2);
    expect(marks('- A {source: A}\n- B {source: B}')).toBe(2);
    // Under a table it is a caption.
    expect(render.block('{measured: 12 % | https://a.org}')).toBe(
      '<p><a class="claim measured" href="https://a.org" target="_blank" rel="noopener noreferrer">measured: 12 %</a></p>\n',
    );
    const kept = [...html.matchAll(/class="claim/g)].length;
    expect(kept, 'nothing is lost').toBe(3);
  });

  test('an author’s HTML is not passed through', () => {
    const html = render.block(
      '<img src=x onerror=alert(1)> <script>alert(1)</script> [x](set:a"onclick=b)',
    );
    expect(html).not.toMatch(/<img|<script|"onclick/);
  });
});

describe('errors are refused with their place and reason', () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['no head', '## One\n\nx', /line 1: it should begin with '---'/],
    ['no steps', HEAD, /it has no steps/],
    [
      'a head that says its minutes',
      '---\ntitle: A\nminutes: 3\nsummary: B\n---\n## One\n\nx',
      /line 3: minutes are counted from the words and exercises; take the line out/,
    ],
    ['a head without a summary', '---\ntitle: A\n---\n## One\n\nx', /the head has no summary/],
    [
      'an end without its three lines',
      '---\ntitle: A\nsummary: B\nlearned: one\n---\n## One\n\nx',
      /the head has 1 lines 'learned: …'; it should have 3/,
    ],
    ['a title twice', '---\ntitle: A\ntitle: B\n---\n## One\n\nx', /line 3: title appears twice/],
    [
      'five masks in a picture',
      `${HEAD.replace('learned: a', 'picture: a;b;c;d;e\nlearned: a')}## One\n\nx`,
      /the picture has 5 masks; four at most/,
    ],
    [
      'an unknown word in the head',
      '---\nauthor: me\n---\n',
      /line 2: 'author: me' should be one of/,
    ],
    [
      'a step without text',
      `${HEAD}## One\n\n${fence('scene', {})}`,
      /step 'One', line 8: it has no text/,
    ],
    [
      'two steps of one name',
      `${HEAD}## One\n\nx\n\n## One\n\nx`,
      /line 12: two steps are called 'One'/,
    ],
    [
      'a block that is not closed',
      `${HEAD}## One\n\nx\n\n\`\`\`scene\n{}`,
      /line 12: the block is not closed/,
    ],
    [
      'JSON that is none',
      `${HEAD}## One\n\nx\n\n\`\`\`scene\n{"show": }\n\`\`\`\n`,
      /step 'One', line 12: the scene is not valid JSON/,
    ],
    ['text before the first step', `${HEAD}Hello\n## One\n\nx`, /line 8: before the first step/],
  ];
  test.each([
    [
      'a picture of no mask',
      `${HEAD.replace('learned: a', 'picture: causal ; caussal\nlearned: a')}## One\n\nx`,
      /the picture 'caussal': /,
    ],
    [
      'a step with the name of the end',
      `${HEAD}## End\n\nx`,
      /'end', which is empty, another step's, or 'end'/,
    ],
    [
      'a lesson that needs an unknown one',
      `${HEAD.replace('learned: a', 'needs: 02-none\nlearned: a')}## One\n\nx`,
      /it needs '02-none', which is not a lesson/,
    ],
  ])('%s, once the whole lesson is known', (_, text, says) => {
    const [refused] = checkAll({ '03-reach': text }, names, render).refused;
    expect(refused?.why).toMatch(says);
    expect(refused?.why).toContain('lessons/03-reach/lesson.md');
  });

  test.each(cases)('%s', (_, text, says) => {
    expect(() => readDocument('03-reach', text)).toThrow(InputError);
    expect(() => readDocument('03-reach', text)).toThrow(says);
    expect(() => readDocument('03-reach', text)).toThrow('lessons/03-reach/lesson.md');
  });

  const scenes: readonly (readonly [string, object, RegExp])[] = [
    ['an unknown word', { shwo: ['reach'] }, /"shwo" of the scene is not known; there are/],
    ['an unknown view', { show: ['graph'] }, /names 'graph'; there are stripes, curve/],
    ['an unknown setting', { set: { windw: 4 } }, /'windw' of set of the scene is not a setting/],
    [
      'a value out of bounds',
      { set: { window: 9999 } },
      /window of set of the scene is 9999; it should be/,
    ],
    ['settings that do not fit', { set: { width: 30, heads: 4 } }, /width|heads/],
    [
      'an unknown recording',
      { recorded: 'nobody' },
      /recorded of the scene is "nobody"; there are/,
    ],
    ['a focus outside', { focus: { layer: 9 } }, /outside the model/],
    ['a run with what is shared', { runs: [{ plan: 'local', context: 64 }] }, /belongs in 'set'/],
    ['an invalid mask', { mask: 'causl' }, /causl/],
    ['an unknown goal', { until: { waited: 3 } }, /wrote of until|waited/],
    ['a goal of no setting', { until: { changed: 'colour' } }, /'colour', which is not a setting/],
  ];
  test.each(scenes)('a scene with %s', (_, scene, says) => {
    const text = `## One\n\nx\n\n${fence('scene', scene)}`;
    expect(() => built(text)).toThrow(InputError);
    expect(() => built(text)).toThrow(says);
    expect(() => built(text)).toThrow(/lessons\/03-reach\/lesson\.md, step 'One', line 12/);
  });

  const exercises: readonly (readonly [string, object, RegExp])[] = [
    ['two hints', { ...NUMBER, hints: ['a', 'b'] }, /a list of 2; it should be a list of 3/],
    ['no kind', { ...NUMBER, kind: undefined }, /kind of the exercise is missing/],
    [
      'an unknown kind',
      { ...NUMBER, kind: 'essay' },
      /no kind of exercise is called 'essay'; there are number/,
    ],
    ['an unknown quantity', { ...NUMBER, quantity: 'joy' }, /no quantity is called 'joy'/],
    [
      'a number that needs a layer',
      { ...NUMBER, quantity: 'pairs' },
      /pairs is asked of a layer; say which/,
    ],
    [
      'a field of another kind',
      { ...NUMBER, options: [] },
      /"options" of the exercise is not known/,
    ],
    [
      'two right options',
      {
        id: 'c',
        kind: 'choice',
        ask: 'x',
        hints: ['a', 'b', 'c'],
        options: [
          { text: 'a', says: 'a', right: true },
          { text: 'b', says: 'b', right: true },
        ],
      },
      /exactly one option/,
    ],
    [
      'a mask without blank cells',
      {
        id: 'p',
        kind: 'paint',
        ask: 'x',
        hints: ['a', 'b', 'c'],
        mask: 'causal | !causal',
        tokens: 4,
      },
      /lets everything/,
    ],
    [
      'a bug that no cell shows',
      { id: 'b', kind: 'bug', ask: 'x', hints: ['a', 'b', 'c'], bug: 'weak-fill' },
      /no cell|weak-fill/,
    ],
    [
      'an impossible target',
      {
        id: 't',
        kind: 'target',
        ask: 'x',
        hints: ['a', 'b', 'c'],
        want: { quantity: 'reach', atLeast: 1000 },
        least: 'all-pairs',
        vary: { window: [2, 3] },
      },
      /no combination of settings in this exercise reaches/,
    ],
  ];
  test.each(exercises)('an exercise with %s', (_, exercise, says) => {
    const text = `## One\n\nx\n\n${fence('exercise', exercise)}`;
    expect(() => built(text)).toThrow(InputError);
    expect(() => built(text)).toThrow(says);
  });

  test('a link to an unknown setting, an invalid formula, a picture', () => {
    expect(() => built('## One\n\n[x](set:windw=4)')).toThrow(/the link 'set:windw=4'/);
    expect(() => built('## One\n\n$\\frac{1$')).toThrow(/cannot be set/);
    expect(() => built('## One\n\n![x](https://example.org/x.png)')).toThrow(
      /shows the stage and no pictures/,
    );
    expect(() => built('## One\n\n[x](http://example.org)')).toThrow(/should begin with/);
  });

  test('one broken lesson is refused by name and does not affect the others', () => {
    const good = `${HEAD}## One\n\nx`;
    const { lessons, refused } = checkAll(
      { '01-a': good, '02-b': 'nothing', '03-c': good },
      names,
      render,
    );
    expect(lessons.map(({ id }) => id)).toEqual(['01-a', '03-c']);
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatchObject({ id: '02-b' });
    expect(refused[0]!.why).toContain('lessons/02-b/lesson.md');
  });
});

describe('anything an author writes', () => {
  const word = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.constantFrom(
      '## A',
      '---',
      '```scene',
      '```exercise',
      '```',
      '{',
      '}',
      '$',
      '$$',
      '{proved}',
      '[x](set:a=b)',
      'title: x',
      'learned: x',
      'picture: causal',
      'minutes: 3',
    ),
  );
  test('is read whole or refused with an InputError, without another error', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), (lines) => {
        for (const text of [lines.join('\n'), HEAD + lines.join('\n')])
          expect(checkAll({ '01-a': text }, names, render).lessons.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });

  test('in scenes and exercises of any JSON is read or refused', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('scene', 'exercise'), (value, kind) => {
        const text = `${HEAD}## One\n\nx\n\n${fence(kind, value)}`;
        checkAll({ '01-a': text }, names, render);
      }),
      { numRuns: 300 },
    );
    const known = fc.constantFrom(
      'set',
      'runs',
      'show',
      'focus',
      'until',
      'mask',
      'tokens',
      'start',
      'length',
      'code',
      'bug',
    );
    fc.assert(
      fc.property(fc.dictionary(known, fc.jsonValue(), { maxKeys: 4 }), (scene) => {
        checkAll({ '01-a': `${HEAD}## One\n\nx\n\n${fence('scene', scene)}` }, names, render);
      }),
      { numRuns: 400 },
    );
    const fields = fc.constantFrom(
      'id',
      'kind',
      'ask',
      'hints',
      'quantity',
      'mask',
      'tokens',
      'options',
      'text',
      'vary',
      'want',
      'bug',
      'band',
      'after',
      'tooHigh',
      'tooLow',
      'near',
      'change',
    );
    fc.assert(
      fc.property(
        fc.constantFrom(
          'number',
          'paint',
          'predict',
          'choice',
          'order',
          'explain',
          'bug',
          'target',
        ),
        fc.dictionary(fields, fc.jsonValue(), { maxKeys: 6 }),
        (kind, own) => {
          const exercise = { ...NUMBER, quantity: undefined, ...own, kind };
          checkAll(
            { '01-a': `${HEAD}## One\n\nx\n\n${fence('exercise', exercise)}` },
            names,
            render,
          );
        },
      ),
      { numRuns: 400 },
    );
  });
});

test('a step with a new title keeps the slug it is given', () => {
  const text = readFileSync('lessons/00-play/lesson.md', 'utf8');
  const [step] = readDocument('00-play', text).steps;
  expect(step).toMatchObject({ title: 'Change a few things', slug: 'turn-things' });
  expect(headOf(readDocument('00-play', text)).steps[0]!.slug).toBe('turn-things');
});

test('a title becomes a slug of small letters', () => {
  expect(slugOf('What W = 4 means: itself & 3 before')).toBe('what-w-4-means-itself-3-before');
  expect(slugOf('Überlänge')).toBe('u-berla-nge');
});
