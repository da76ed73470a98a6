/**
 * @file Every lesson walked to its end on the built page, with the keyboard alone: goals reached, wrong answers caught,
 * right ones accepted.
 */
import { expect, test, type Locator, type Page } from '@playwright/test';
import { covering, size, some } from '../support/deep';
import { button, expectAccessible, follow, READY_MS, visit, watchForErrors } from './support';
import {
  exerciseAt,
  exerciseKinds,
  feedback,
  goalKinds,
  LABELS,
  lessons,
  movesUp,
  solveStep,
  stageOf,
  type SolvedExercise,
  type SolvedLesson,
  type SolvedStep,
} from './walks';

// Shows the end of a recording at once; animation is tested elsewhere.
test.use({ contextOptions: { reducedMotion: 'reduce' } });
watchForErrors();

const press = async (target: Locator, key = 'Enter') => {
  await target.focus();
  await target.press(key);
};
const type = async (target: Locator, text: string) => {
  await target.focus();
  await target.press('ControlOrMeta+a');
  await target.page().keyboard.type(text);
};
const check = (exercise: Locator) =>
  press(exercise.getByRole('button', { name: /^(Check|Predict)$/ }));

/** Sets one value with the stage's own controls. */
async function set(page: Page, name: string, label: string, value: unknown): Promise<void> {
  const stage = stageOf(page);
  if (name === 'plan') {
    const plan = stage.locator(`input[type=radio][value="${String(value)}"]`);
    if ((await plan.count()) > 0) return press(plan, 'Space');
  }
  const number = stage.getByRole('spinbutton', { name: `${label}, value` });
  if ((await number.count()) > 0) {
    await type(number, String(value));
    return number.press('Enter');
  }
  const select = stage.getByRole('combobox', { name: label });
  if ((await select.count()) > 0) {
    await select.selectOption(String(value));
    return;
  }
  const stripes = stage.getByRole('textbox', { name: label });
  if ((await stripes.count()) > 0) {
    await type(stripes, String(value));
    return stripes.press('Enter');
  }
  // with the stripes themselves, each with its menu
  if (name === 'stripes') {
    for (const [i, letter] of [...String(value)].entries()) {
      await press(stage.getByRole('button', { name: new RegExp(`^Layer ${i + 1}:`) }));
      const pattern = stage.locator(`fieldset input[type=radio][value="${letter}"]`);
      await press(pattern, 'Space');
      await pattern.press('Enter');
    }
    return;
  }
  const link = page.locator(`button.do[data-set*="${name}=${String(value)}"]`);
  if ((await link.count()) > 0) return press(link.first());
  throw new Error(`nothing on the page sets ${name}`);
}

async function reach(page: Page, step: SolvedStep): Promise<void> {
  const stage = stageOf(page);
  for (const goal of step.goals) {
    switch (goal.kind) {
      case 'changed': {
        const to = goal.to ?? page.locator(`button.do[data-set*="${goal.setting}="]`).first();
        if (typeof to !== 'object') await set(page, goal.setting, goal.label!, to);
        else if ((await to.count()) > 0) await press(to);
        else if (typeof goal.now === 'number')
          await press(stage.getByRole('slider', { name: goal.label!, exact: true }), 'ArrowRight');
        else
          await set(
            page,
            goal.setting,
            goal.label!,
            goal.setting === 'plan' ? (goal.now === 'local' ? 'global' : 'local') : 'GGSS',
          );
        break;
      }
      case 'selected': {
        const link = page.locator('button.do[data-look]').first();
        if ((await link.count()) > 0) await press(link);
        else {
          const named = stage.getByRole('slider', { name: /query/i });
          const slider = (
            (await named.count()) > 0 ? named : stage.locator('section.view').getByRole('slider')
          ).first();
          if ((await slider.count()) > 0) {
            await press(slider, 'ArrowUp');
            await slider.press('ArrowDown'); // the last query may have been the first choice
          } else await press(stage.getByRole('grid').first(), 'ArrowDown');
        }
        break;
      }
      case 'trained':
      case 'metric': {
        const play = stage.getByRole('button', { name: 'Play the recording' });
        const train = stage.getByRole('button', { name: 'Train', exact: true });
        // In a step that asks the reader to repair the plan: one that sees far.
        const far = stage.locator('input[type=radio][value="global"]');
        if (goal.kind === 'metric' && goal.above !== undefined && (await far.count()) > 0)
          await press(far, 'Space');
        await page.waitForTimeout(500); // settings settle, recordings load
        if ((await play.isVisible()) && (await play.isEnabled())) await press(play);
        else {
          await press(train);
          await expect(page.getByRole('list', { name: 'To try on the stage' })).not.toContainText(
            'not done yet',
            {
              timeout: 120_000,
            },
          );
          await press(stage.getByRole('button', { name: 'Pause', exact: true }));
        }
        break;
      }
      case 'wrote':
        await expect(stage.getByRole('button', { name: 'Generate', exact: true })).toBeEnabled({
          timeout: READY_MS,
        });
        await press(stage.getByRole('button', { name: 'Generate', exact: true }));
        break;
    }
  }
}

/** Toggles the cells in which two masks differ, moving from one to the next. */
async function paint(grid: Locator, tokens: number, from: string, to: string): Promise<void> {
  await grid.focus();
  await grid.press('Control+Home');
  let [query, key] = [0, 0];
  const go = async (name: string, times: number) => {
    for (let i = 0; i < times; i++) await grid.press(name);
  };
  for (let at = 0; at < to.length; at++) {
    if (from[at] === to[at]) continue;
    const [q, k] = [Math.floor(at / tokens), at % tokens];
    await go('ArrowDown', q - query);
    await go(k > key ? 'ArrowRight' : 'ArrowLeft', Math.abs(k - key));
    await grid.press('Space');
    [query, key] = [q, k];
  }
}

async function answer(
  page: Page,
  box: Locator,
  exercise: SolvedExercise,
  wanted: unknown,
  before: unknown,
): Promise<void> {
  switch (exercise.kind) {
    case 'number':
      return type(box.getByRole('textbox'), String(wanted));
    case 'choice':
      return press(box.getByRole('radio').nth(wanted as number), 'Space');
    case 'predict': {
      const slider = box.getByRole('slider');
      await slider.focus();
      await slider.press('Home');
      for (let i = 0; i < 30; i++) await slider.press('ArrowRight');
      return;
    }
    case 'order':
      for (const item of movesUp(before as number[]))
        await press(box.getByRole('button', { name: `Move item ${item} up` }));
      return;
    case 'explain':
      return type(box.getByRole('textbox'), (wanted as { text: string }).text);
    case 'paint':
      return paint(box.getByRole('grid'), exercise.tokens!, before as string, wanted as string);
    case 'bug': {
      const { query, key } = wanted as { query: number; key: number };
      const grid = box.getByRole('grid');
      await grid.focus();
      await grid.press('Control+Home');
      for (let i = 0; i < query; i++) await grid.press('ArrowDown');
      for (let i = 0; i < key; i++) await grid.press('ArrowRight');
      return grid.press('Enter');
    }
    case 'target':
      for (const [name, value] of Object.entries(exercise.settings!))
        await set(page, name, LABELS[name] ?? name, value);
      return;
  }
}

async function solve(page: Page, exercise: SolvedExercise, index: number): Promise<void> {
  const box = exerciseAt(page, index);
  let before = exercise.empty;
  if (exercise.kind === 'order' || exercise.kind === 'target') {
    await check(box); // before any change it is wrong
    await expect(feedback(box)).toContainText('✗');
    await expect(feedback(box)).not.toContainText('Right');
  } else if (exercise.wrong) {
    await answer(page, box, exercise, exercise.wrong.answer, before);
    await check(box);
    await expect(feedback(box)).toContainText(new RegExp(exercise.wrong.says.replace(/^\^/, '')));
    await expect(feedback(box)).toContainText('✗');
    before = exercise.wrong.answer;
  }
  await answer(page, box, exercise, exercise.right, before);
  // The stage settles shortly after the last key press.
  if (exercise.kind === 'target') await page.waitForTimeout(400);
  await check(box);
  if (exercise.kind === 'predict') {
    // Here the recording is complete at once, so the result appears next to the prediction.
    await expect(feedback(box)).toContainText(/You predicted .*; it reached .*\. That is /);
    await expect(box.getByRole('img', { name: /^You predicted/ })).toBeVisible();
    await press(box.getByRole('button', { name: 'I have read why' }));
  }
  if (exercise.kind === 'explain') {
    await expect(feedback(box)).toContainText('Now compare your answer');
    await press(box.getByRole('checkbox').first(), 'Space');
  }
  await expect(feedback(box)).toContainText(exercise.kind === 'predict' ? /[✓→]/ : '✓');
}

const kindsOf = (lesson: SolvedLesson) => [...exerciseKinds(lesson), ...goalKinds(lesson)];
for (const [turn, lesson] of covering(lessons, kindsOf).entries()) {
  test(`${lesson.id} can be completed with the keyboard alone`, async ({ page }) => {
    // One lesson starts at its first step, the next in the middle.
    const middle = Math.floor(lesson.steps.length / 2);
    const looked = new Set([0, middle, 0].slice(turn % 2, (turn % 2) + size('accessible')));
    await visit(page, `./#/lessons/${lesson.id}`);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(lesson.title);
    for (const [i, step] of lesson.steps.entries()) {
      await expect(
        page.getByRole('article').getByRole('heading', { level: 2, name: step.title, exact: true }),
      ).toBeVisible();
      await expect(page).toHaveURL(new RegExp(`/lessons/${lesson.id}/#${step.slug}\\?`));
      await solveStep(
        step,
        (exercise, at) => solve(page, exercise, at),
        () => reach(page, step),
      );
      if (step.goals.length + step.exercises.length > 0)
        await expect(page.getByText('This step is done.'), step.title).toBeVisible({
          timeout: READY_MS,
        });
      if (looked.has(i)) await expectAccessible(page);
      await press(button(page, i < lesson.steps.length - 1 ? 'Next' : 'Finish'));
    }
    const { length } = lesson.steps;
    const all = lesson.steps.flatMap(({ exercises }) => exercises).length;
    const end = page.getByRole('region', { name: 'End of the lesson' });
    await expect(end).toContainText(`${all} of ${all} exercises done`);
    await expect(end).not.toContainText('Still open');
    await expect(
      page.getByRole('heading', { name: `You finished ${lesson.title}` }),
    ).toBeInViewport();
    await expect(page.getByRole('progressbar', { name: 'Lesson progress' })).toHaveJSProperty(
      'value',
      length,
    );
  });
}

/** Where Tab should stop, in page order: everything that takes input, and of radios only the checked one. */
const tabStops = (page: Page) =>
  page.evaluate(() => {
    const found = [
      ...document.querySelectorAll<HTMLElement>(
        'a[href], button, input, select, textarea, summary, iframe, [tabindex], [contenteditable]',
      ),
    ].filter((one) => {
      if (one.tabIndex < 0 || one.matches(':disabled') || !one.checkVisibility()) return false;
      if (one.closest('[inert]')) return false;
      if (!(one instanceof HTMLInputElement) || one.type !== 'radio') return true;
      const group = [...document.querySelectorAll<HTMLInputElement>('input[type=radio]')].filter(
        ({ name, form }) => name === one.name && form === one.form,
      );
      return one.checked || (!group.some(({ checked }) => checked) && group[0] === one);
    });
    found.forEach((one, i) => (one.dataset['stop'] = String(i)));
    return found.map((one, i) => `${i} ${one.outerHTML.slice(0, 120)}`);
  });
interface Focused {
  readonly stop: string | undefined;
  readonly seen: boolean;
  readonly inView: boolean;
}
/**
 * Where each Tab leads, and whether the focus is visible: an outline or a shadow on the element, an ancestor or a
 * descendant. Recorded in the page on keyup, after the page has handled the key.
 */
async function tabbed(page: Page, times: number): Promise<readonly Focused[]> {
  await page.evaluate(() => {
    const scope = window as unknown as { focused: Focused[]; note: () => void };
    removeEventListener('keyup', scope.note, true);
    scope.focused = [];
    const seen = (one: HTMLElement | null) => {
      if (!one) return false;
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
      return (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none';
    };
    scope.note = () => {
      const at = document.activeElement as HTMLElement;
      const box = at.getBoundingClientRect();
      scope.focused.push({
        stop: at.dataset['stop'],
        seen: seen(at) || seen(at.closest('label')) || seen(at.querySelector('.body')), // the cells of a grid
        inView: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
      });
    };
    addEventListener('keyup', scope.note, true);
  });
  for (let i = 0; i < times; i++) await page.keyboard.press('Tab');
  return page.evaluate(() => (window as unknown as { focused: Focused[] }).focused);
}

async function expectTabStops(page: Page, lesson: SolvedLesson, step: SolvedStep): Promise<void> {
  await follow(page, `#/lessons/${lesson.id}/${step.slug}`);
  await expect(
    page.getByRole('article').getByRole('heading', { level: 2, name: step.title, exact: true }),
  ).toBeVisible();
  await page.waitForTimeout(300); // pictures load
  const stops = await tabStops(page);
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.locator('body').evaluate((body) => {
    body.tabIndex = -1;
    body.focus();
    body.removeAttribute('tabindex');
  });
  const all = await tabbed(page, stops.length);
  const at = `${lesson.id}/${step.slug}`;
  expect(all, `Tab left ${at} too soon`).toHaveLength(stops.length);
  for (const [i, now] of all.entries())
    expect({ ...now, at }, `${stops[i]}, of ${stops.length}`).toEqual({
      stop: String(i),
      seen: true,
      inView: true,
      at,
    });
}

// Two pages in all, each of which follows links from lesson to lesson: starting a page per lesson took most of the time.
for (const half of [0, 1])
  test(`Tab stops once at everything that takes input, visibly, and moves on: ${half ? 'odd' : 'even'} lessons`, async ({
    page,
  }) => {
    const mine = lessons.filter((_, i) => i % 2 === half);
    await visit(page, `./#/lessons/${mine[0]!.id}`);
    // The lesson writes the URL of its first step; a link followed before that is lost.
    await expect(page).toHaveURL(new RegExp(`#${mine[0]!.steps[0]!.slug}\\?`));
    for (const [turn, lesson] of mine.entries())
      for (const step of some(lesson.steps, size('tabSteps'), 2 * turn + half))
        await expectTabStops(page, lesson, step);
  });
