/**
 * @file Lessons walked to their end with a thumb on a phone: every target is large enough and uncovered, and feedback
 * is in view.
 */
import { expect, test, type CDPSession, type Locator, type Page } from '@playwright/test';
import { covering } from '../support/deep';
import { button, visit, watchForErrors } from './support';
import {
  exerciseAt,
  exerciseKinds,
  feedback,
  LABELS,
  lessons,
  movesUp,
  solveStep,
  stageOf,
  type SolvedExercise,
} from './walks';

const WIDTH = 390;
const HEIGHT = 844;
// Shows the end of a recording at once. A tap that hits nothing fails soon.
test.use({
  viewport: { width: WIDTH, height: HEIGHT },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
  actionTimeout: 5_000,
  contextOptions: { reducedMotion: 'reduce' },
});
test.describe.configure({ timeout: 120_000 });
watchForErrors();

/** Smallest side of a target in px: for controls that are pressed repeatedly, and for any control. */
const MAIN = 44;
const ANY = 24;

const soon = expect.configure({ timeout: 5_000 });

async function expectNothingSideways(page: Page): Promise<void> {
  const wide = await page.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    window: innerWidth, // a phone lets the page widen it
    scrolled: scrollX,
  }));
  expect(wide).toEqual({ content: WIDTH, window: WIDTH, scrolled: 0 });
}

/** No formula is cut off: it would scroll inside its line, and no reader would notice. */
async function expectFormulasWhole(page: Page): Promise<void> {
  const cut = await page
    .locator('article math[display="block"]')
    .evaluateAll((all) =>
      all
        .filter((one) => one.scrollWidth > one.clientWidth + 1)
        .map((one) => `${one.textContent}: ${one.scrollWidth} in ${one.clientWidth}`),
    );
  expect(cut).toEqual([]);
}

/** Taps as a thumb does: on a target that is large enough and, as Playwright ensures, still and uncovered. */
async function tap(
  target: Locator,
  least = MAIN,
  options?: Parameters<Locator['tap']>[0],
): Promise<void> {
  const box = (await target.boundingBox())!;
  const name = await target.evaluate((one) => one.outerHTML.slice(0, 160));
  expect.soft(Math.round(Math.min(box.width, box.height)), name).toBeGreaterThanOrEqual(least);
  await target.tap(options);
  await expectNothingSideways(target.page());
}

/** Expects the element to be in the window with nothing over it. */
async function expectInSight(target: Locator): Promise<void> {
  await soon(target).toBeVisible();
  await soon
    .poll(() =>
      target.evaluate((one) => {
        const { left, right, top, bottom } = one.getBoundingClientRect();
        if (top < 0 || bottom > innerHeight || left < 0 || right > innerWidth)
          return `from ${Math.round(top)} to ${Math.round(bottom)} of ${innerHeight}`;
        for (const x of [left + 3, (left + right) / 2, right - 3])
          for (const y of [top + 3, (top + bottom) / 2, bottom - 3]) {
            const hit = document.elementFromPoint(x, y);
            if (!hit || !(one.contains(hit) || hit.contains(one)))
              return `covered by ${hit?.outerHTML.slice(0, 80)}`;
          }
        return 'in sight';
      }),
    )
    .toBe('in sight');
}

/** Types as an on-screen keyboard does, after a tap on the field. */
async function type(field: Locator, text: string): Promise<void> {
  await tap(field, ANY);
  await soon(field).toBeFocused();
  await field.press('End');
  const { length } = await field.inputValue();
  for (let i = 0; i < length; i++) await field.press('Backspace');
  await field.page().keyboard.insertText(text);
}

type Point = readonly [x: number, y: number];

/** The thumb rests before it lifts: after a fling Chromium takes the next tap as its end. */
const REST_MS = 120;
const sessions = new WeakMap<Page, Promise<CDPSession>>();
function sessionOf(page: Page): Promise<CDPSession> {
  const session = sessions.get(page) ?? page.context().newCDPSession(page);
  sessions.set(page, session);
  return session;
}

async function drag(page: Page, from: Point, to: Point): Promise<void> {
  const session = await sessionOf(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', at?: Point) =>
    session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: at ? [{ x: at[0], y: at[1] }] : [],
    });
  await touch('touchStart', from);
  const STEPS = 8;
  for (let i = 1; i <= STEPS; i++)
    await touch('touchMove', [
      from[0] + ((to[0] - from[0]) * i) / STEPS,
      from[1] + ((to[1] - from[1]) * i) / STEPS,
    ]);
  await page.waitForTimeout(REST_MS);
  await touch('touchEnd');
}

async function middleOf(target: Locator): Promise<Point> {
  const { x, y, width, height } = (await target.boundingBox())!;
  return [x + width / 2, y + height / 2];
}

/** Paints the cells in which two masks differ: each run of a row with one stroke, a single cell with a tap. */
async function paint(grid: Locator, tokens: number, from: string, to: string): Promise<void> {
  await grid.evaluate((one) => one.scrollIntoView({ block: 'center', behavior: 'instant' }));
  const cell = (at: number) =>
    grid.locator(`[data-query="${Math.floor(at / tokens)}"][data-key="${at % tokens}"]`);
  for (let at = 0; at < to.length; at++) {
    if (from[at] === to[at]) continue;
    let end = at;
    while (
      (end + 1) % tokens !== 0 &&
      from[end + 1] !== to[end + 1] &&
      to[end + 1] === to[at] &&
      from[end + 1] === from[at]
    )
      end++;
    if (end === at) await tap(cell(at), ANY);
    else await drag(grid.page(), await middleOf(cell(at)), await middleOf(cell(end)));
    at = end;
  }
  const painted = await grid
    .getByRole('gridcell')
    .evaluateAll((all) => all.map((one) => +one.ariaLabel!.includes('painted')).join(''));
  expect(painted).toBe(to);
}

/** The label around a control that is hidden or drawn as a dot: what a thumb taps. */
const labelOf = (control: Locator) => control.locator('xpath=ancestor::label');

/** Sets one value with the stage's own controls. */
async function set(page: Page, name: string, label: string, value: unknown): Promise<void> {
  const stage = stageOf(page);
  if (name === 'plan') {
    const plan = stage.locator(`input[type=radio][value="${String(value)}"]`);
    return tap(labelOf(plan), ANY);
  }
  if (name === 'stripes') {
    for (const [i, letter] of [...String(value)].entries()) {
      await tap(stage.getByRole('button', { name: new RegExp(`^Layer ${i + 1}:`) }), ANY);
      const pattern = stage.locator(`fieldset input[type=radio][value="${letter}"]`);
      await tap(labelOf(pattern), ANY);
    }
    return;
  }
  const number = stage.getByRole('spinbutton', { name: `${label}, value` });
  await type(number, String(value));
  await number.press('Enter');
}

async function answer(
  box: Locator,
  exercise: SolvedExercise,
  wanted: unknown,
  before: unknown,
): Promise<void> {
  const page = box.page();
  switch (exercise.kind) {
    case 'number':
      return type(box.getByRole('textbox'), String(wanted));
    case 'choice':
      return tap(labelOf(box.getByRole('radio').nth(wanted as number)));
    case 'predict': {
      const slider = box.getByRole('slider');
      const { width, height } = (await slider.boundingBox())!;
      return tap(slider, ANY, { position: { x: 0.3 * width, y: height / 2 } });
    }
    case 'order': {
      const order = [...(before as number[])];
      const items = box.getByRole('listitem');
      // The first item by its handle, the others with the arrows.
      const first = order.indexOf(0);
      if (first > 0) {
        await items.first().scrollIntoViewIfNeeded();
        await items.nth(first).scrollIntoViewIfNeeded();
        const [x, y] = await middleOf(items.nth(first).locator('.handle'));
        const { y: top } = (await items.first().boundingBox())!;
        await drag(page, [x, y], [x, top + 4]);
        order.unshift(...order.splice(first, 1));
      }
      for (const item of movesUp(order))
        await tap(box.getByRole('button', { name: `Move item ${item} up` }), ANY);
      return;
    }
    case 'explain':
      return type(box.getByRole('textbox'), (wanted as { text: string }).text);
    case 'paint':
      return paint(box.getByRole('grid'), exercise.tokens!, before as string, wanted as string);
    case 'bug': {
      const { query, key } = wanted as { query: number; key: number };
      return tap(box.locator(`[data-query="${query}"][data-key="${key}"]`), ANY);
    }
    case 'target':
      for (const [name, value] of Object.entries(exercise.settings!))
        await set(page, name, LABELS[name] ?? name, value);
      await page.waitForTimeout(400); // the stage settles shortly after the last touch
      return;
  }
}

async function check(box: Locator): Promise<void> {
  await tap(box.getByRole('button', { name: /^(Check|Predict)$/ }));
  if ((await box.getByRole('slider').count()) > 0) return; // it leads to the stage
  await expectInSight(feedback(box));
}

async function solve(page: Page, exercise: SolvedExercise, index: number): Promise<void> {
  const box = exerciseAt(page, index);
  let before = exercise.empty;
  if (exercise.kind === 'order' || exercise.kind === 'target') {
    await check(box);
    await soon(feedback(box)).toContainText('✗');
  } else if (exercise.wrong) {
    await answer(box, exercise, exercise.wrong.answer, before);
    await check(box);
    await soon(feedback(box)).toContainText('✗');
    before = exercise.wrong.answer;
  }
  await answer(box, exercise, exercise.right, before);
  await check(box);
  if (exercise.kind === 'predict') {
    // The result is drawn on the stage, which scrolls into view; the feedback is in the text.
    await expectInSight(page.locator('[data-view=curve] svg').first());
    await tap(page.getByRole('link', { name: 'Back to the text' }));
    await expectInSight(feedback(box));
    await tap(box.getByRole('button', { name: 'I have read why' }));
    await expectInSight(feedback(box));
  }
  if (exercise.kind === 'explain') {
    await tap(labelOf(box.getByRole('checkbox').first()), ANY);
    await expectInSight(feedback(box));
  }
  await soon(feedback(box)).toContainText(exercise.kind === 'predict' ? /[✓→]/ : '✓');
}

/** Restores the lesson's own settings if something changed them. */
async function restore(page: Page): Promise<void> {
  const reset = stageOf(page).getByRole('button', { name: 'Reset to the lesson’s settings' });
  if (!(await reset.isVisible())) return;
  await tap(reset, ANY);
  await soon(reset).toBeHidden();
}

/** A change made from the text scrolls the stage into view, and the back link returns to the place of the tap. */
async function tryLinks(page: Page): Promise<void> {
  const links = page.locator('article button.do');
  for (let i = 0; i < (await links.count()); i++) {
    const link = links.nth(i);
    if (await link.isDisabled()) continue;
    await tap(link, 0); // words in a line of text
    await soon(page.getByRole('complementary', { name: 'What the lesson shows' })).toBeInViewport();
    await tap(page.getByRole('link', { name: 'Back to the text' }));
    await expectInSight(link);
    if (await link.getAttribute('data-set'))
      await soon(link).toHaveAttribute('aria-pressed', 'true');
  }
  await restore(page);
}

/** Uses one control of each kind that the stage offers. */
async function tryStage(page: Page): Promise<void> {
  const stage = stageOf(page);
  const play = stage.getByRole('button', { name: 'Play the recording' });
  const plays = (await play.isVisible()) && (await play.isEnabled());
  if (plays) await tap(play);
  const slider = stage.getByRole('group', { name: 'Controls' }).getByRole('slider').first();
  if ((await slider.count()) > 0 && (await slider.isEnabled())) {
    const before = await slider.inputValue();
    const { width, height } = (await slider.boundingBox())!;
    const { min, max } = await slider.evaluate(({ min, max }: HTMLInputElement) => ({ min, max }));
    const low = Number(before) < (Number(min) + Number(max)) / 2;
    await tap(slider, ANY, { position: { x: (low ? 0.85 : 0.15) * width, y: height / 2 } });
    await soon(slider).not.toHaveValue(before);
    if (plays) {
      // Other runs take the place of the recording a moment later. What is below must not move under the thumb.
      const top = () => slider.evaluate((one) => one.getBoundingClientRect().top + scrollY);
      const there = await top();
      await soon(play).toBeDisabled();
      expect(await top()).toBe(there);
    }
    await restore(page);
    await soon(slider).toHaveValue(before);
  }
  const map = stage.getByRole('img', { name: /^Attention of layer/i }).first();
  if ((await map.count()) > 0) {
    const { width, height } = (await map.boundingBox())!;
    await tap(map, MAIN, { position: { x: 0.2 * width, y: 0.8 * height } });
    await expectInSight(stage.getByText(/^query \d+ /).first());
  }
}

// From the last lesson backwards, so that other lessons are walked than with the keyboard.
for (const lesson of covering(lessons.toReversed(), exerciseKinds)) {
  test(`${lesson.id} can be completed with a thumb`, async ({ page }) => {
    await visit(page, `./#/lessons/${lesson.id}`);
    for (const [i, step] of lesson.steps.entries()) {
      const heading = page
        .getByRole('article')
        .getByRole('heading', { level: 2, name: step.title, exact: true });
      await soon(heading).toBeInViewport();
      await expectNothingSideways(page);
      await expectFormulasWhole(page);
      await solveStep(
        step,
        (exercise, at) => solve(page, exercise, at),
        async () => {
          await tryStage(page);
          await tryLinks(page);
        },
      );
      await tap(button(page, i < lesson.steps.length - 1 ? 'Next' : 'Finish'));
    }
    const all = lesson.steps.flatMap(({ exercises }) => exercises).length;
    await expectInSight(page.getByRole('heading', { name: `You finished ${lesson.title}` }));
    await soon(page.getByRole('region', { name: 'End of the lesson' })).toContainText(
      `${all} of ${all} exercises done`,
    );
  });
}
