import { describe, expect, test } from 'vitest';
import { plainOf } from '../../src/app/teach/plain';
import { onPaper } from '../../src/app/teach/worksheet/forPaper';
import { anyOf, picturesOf } from '../../src/app/teach/worksheet/pictures';
import { maskOf } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { pairsOf } from '../../src/attention/mask';
import { lessons } from '../lessons/all';

const proseOf: readonly (readonly [lesson: string, html: string])[] = lessons.flatMap(
  ({ id, steps }) =>
    steps.flatMap(({ parts, exercises }) =>
      [
        ...parts.flatMap((part) => (part.kind === 'prose' ? [part.html] : [])),
        ...exercises.map(({ ask }) => ask),
      ].map((html) => [id, html] as const),
    ),
);

describe('a lesson’s text on paper', () => {
  test('does not mention the stage, asks for no clicks, and has no marks of claims', () => {
    const screen = /\bstages?\b|\bpress(?:es|ed)?\b|\bclicks?\b|class="claim|<button/i;
    const wrong = proseOf.flatMap(([id, html]) =>
      [true, false].flatMap((pictured) => {
        const said = onPaper(html, pictured);
        return screen.test(plainOf(said)) || /class="claim|<button/.test(said)
          ? [`${id}: ${plainOf(said)}`]
          : [];
      }),
    );
    expect(wrong).toEqual([]);
  });

  test('loses few sentences, and breaks no tag', () => {
    let [before, after] = [0, 0];
    for (const [id, html] of proseOf) {
      const said = onPaper(html, true);
      before += plainOf(html).length;
      after += plainOf(said).length;
      const open: string[] = [];
      for (const [, close, tag, own] of said.matchAll(/<(\/?)([a-z0-9-]+)[^>]*?(\/?)>/g)) {
        if (own || tag === 'br' || tag === 'hr') continue;
        if (close) expect(open.pop(), `${id}: ${said}`).toBe(tag);
        else open.push(tag!);
      }
      expect(open, id).toEqual([]);
    }
    expect(after / before).toBeGreaterThan(0.9);
  });

  test('calls the stage by what is on paper, and leaves out what only a screen can do', () => {
    const html =
      '<p>On the stage is a mask. Turn the window on the stage, and watch. It has 6 pairs. <span class="claim proved">proved</span></p>';
    expect(onPaper(html, true)).toBe('<p>In the picture is a mask. It has 6 pairs.</p>');
    expect(onPaper(html, false)).toBe('<p>The lesson shows a mask. It has 6 pairs.</p>');
    expect(onPaper('<p>Press <b>Train</b>.</p>', true)).toBe('');
    // A fact that happens to be a link stays.
    expect(
      plainOf(
        onPaper('<p>At <button class="do" data-look="query=3">query 3</button> it is 4.</p>', true),
      ),
    ).toBe('At query 3 it is 4.');
  });
});

describe('pictures on a worksheet', () => {
  const steps = lessons.flatMap(({ id, steps }) =>
    steps.map((step, i) => ({ name: `${id}/${step.slug}`, step, before: steps[i - 1] })),
  );

  test('exist for every lesson whose stage fits on paper', () => {
    const with_ = new Set(
      steps
        .filter(({ step, before }) => anyOf(picturesOf(step, before, false)))
        .map(({ name }) => name.split('/')[0]),
    );
    expect(with_.size).toBeGreaterThanOrEqual(9);
  });

  test('do not reveal a painted mask on the sheet, and show it in the key', () => {
    const painting = steps.filter(({ step }) =>
      step.exercises.some(({ kind }) => kind === 'paint'),
    );
    expect(painting.length).toBeGreaterThan(2);
    for (const { step, before, name } of painting)
      expect(picturesOf(step, before, false).masks, name).toEqual([]);
    expect(
      painting.some(({ step, before }) => picturesOf(step, before, true).masks.length > 0),
    ).toBe(true);
  });

  test('have the cells that are counted', () => {
    const [mask] = steps
      .flatMap(({ step, before }) => picturesOf(step, before, true).masks)
      .filter(({ about, tokens }) => /^local, window 4; /.test(about) && tokens === 16);
    const cells = mask!.cells.filter((kind) => kind > 0).length;
    expect(cells).toBe(pairsOf(maskOf(read('causal & window(4)'), 16)));
    expect(mask!.about).toContain(`${cells} pairs, counted`);
  });
});
