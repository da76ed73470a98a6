/**
 * @file What a learner meets besides right answers: predictions that are far off, lesson endings, the way back, narrow
 * pages.
 */
import { expect, test, type Page } from '@playwright/test';
import { button, expectAccessible, expectNoOverflow, visit, watchForErrors } from './support';

test.use({ contextOptions: { reducedMotion: 'reduce' } });
watchForErrors();

/** Predicts how many answers will be right, from 0 to 1, and waits for the result. */
async function predict(page: Page, key: 'Home' | 'End'): Promise<void> {
  const slider = page.locator('section.exercise').first().getByRole('slider');
  await slider.focus();
  await slider.press(key);
  await button(page, 'Predict').click();
}
const feedback = (page: Page) => page.getByRole('status', { name: 'Feedback' }).first();

test.describe('a prediction', () => {
  test('that is far off shows its gap and the reason, is kept for the class, and offers one thing to change', async ({
    page,
  }) => {
    await visit(page, './#/lessons/00-play/all-white');
    await expect(
      page.getByRole('region', { name: 'Learning' }).getByText('Shown once you have predicted.'),
    ).toBeVisible();
    await expect(page.getByText('guessing', { exact: true })).toHaveCount(0);
    await predict(page, 'End');
    await expect(feedback(page)).toContainText(
      'You predicted 100 %; it reached 9 %. That is 91 points too high.',
    );
    await expect(feedback(page)).toContainText('No layer can see the digit here');
    await expect(feedback(page)).not.toContainText('✓');
    const strip = page.getByRole('img', { name: 'You predicted 100 %, measured 9 %' });
    await expect(strip).toBeInViewport();
    await expectAccessible(page);
    // What the class is told: the prediction and the measurement.
    const kept = await page.evaluate(() => localStorage.getItem('zebra-lab-lessons')!);
    const { lessons } = JSON.parse(kept) as {
      lessons: Record<string, { answers: Record<string, Record<string, unknown>> }>;
    };
    const record = lessons['00-play']!.answers['all-white']!;
    expect(record).toMatchObject({ answer: 1, right: false, tries: 1 });
    expect(record['came']).toBeCloseTo(0.094, 2);

    // Having predicted and run is not yet an answer: the reader must read the reason.
    await expect(page.getByText('the result is here; read why')).toBeVisible();
    await button(page, 'I have read why').click();
    await expect(page.getByText('answered', { exact: true })).toBeVisible();
    // A prediction that is far off is neither a mistake nor a success.
    await expect(feedback(page)).not.toContainText(/[✓✗]/);
    await expect(page.getByText('This step is done.')).toBeVisible();

    // Changing a setting afterwards is another experiment and undoes nothing.
    await button(page, 'a window of 15').click();
    await expect(button(page, 'Reset to the lesson’s settings')).toBeVisible();
    await expect(feedback(page)).toContainText('it reached 9 %');
  });

  test('that is close gets its reason too, and stays over a reload', async ({ page }) => {
    await visit(page, './#/lessons/00-play/all-white');
    await predict(page, 'Home');
    await expect(feedback(page)).toContainText('That is close. That is what guessing gives');
    await page.reload();
    await expect(feedback(page)).toContainText('You predicted 0 %; it reached 9 %');
    await expect(button(page, 'I have read why')).toBeVisible();
  });
});

test.describe('before the stage is there', () => {
  test('an exercise answers, and what it did is on the stage as soon as that is loaded', async ({
    page,
  }) => {
    let arrive = () => {};
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    await page.route('**/assets/stageCode-*.js', async (route) => {
      await arrived;
      await route.continue();
    });
    await visit(page, './#/lessons/00-play/all-white');
    const stage = page.getByRole('region', { name: 'Stage', exact: true });
    await expect(stage).toHaveAttribute('aria-busy', 'true');
    await predict(page, 'End');
    await expect(page.getByText('predicted; now run it')).toBeVisible();
    await expect(stage).toHaveAttribute('aria-busy', 'true');
    arrive();
    await expect(feedback(page)).toContainText('You predicted 100 %; it reached 9 %.');
    await expect(stage.getByRole('region', { name: 'Learning' })).toBeVisible();
    await expect(stage).toHaveAttribute('aria-busy', 'false');
  });

  test('a narrow page scrolls to where it will be', async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.route('**/assets/stageCode-*.js', () => new Promise(() => {})); // never
    await visit(page, 'lessons/00-play/');
    await page.getByRole('link', { name: 'See the stage' }).click();
    const stage = page.getByRole('region', { name: 'Stage', exact: true });
    await expect(stage.getByRole('heading', { name: 'Stage' })).toBeFocused();
    await expect.poll(async () => (await stage.boundingBox())!.y).toBeLessThan(300);
  });
});

test.describe('the end', () => {
  for (const [name, width, height] of [
    ['wide', 1440, 900],
    ['narrow', 390, 844],
  ] as const)
    test(`is in view, ${name}: what was learned, what is open, what comes next`, async ({
      page,
    }) => {
      await page.setViewportSize({ width, height });
      await visit(page, './#/lessons/00-play/repair-it');
      await button(page, 'Finish').click();
      const end = page.getByRole('region', { name: 'End of the lesson' });
      const heading = end.getByRole('heading', { name: 'The end of Play' });
      await expect(heading).toBeInViewport();
      await expect(heading).toBeFocused();
      await expect(end).toContainText('0 of 2 exercises done');
      await expect(end.getByRole('list').first().getByRole('listitem')).toHaveCount(3);
      await expect(end.getByRole('link', { name: /^Next: What attention costs/ })).toBeInViewport();
      await expect(button(page, 'Result for my teacher')).toBeInViewport();
      await expect(page).toHaveTitle('The end · Play · Zebra Lab');
      await expectAccessible(page);
      await expectNoOverflow(page, width);
      await page.setViewportSize({ width, height });
      // the open exercises are links
      await end.getByRole('button', { name: 'Step 4, All white' }).click();
      await expect(page.getByRole('heading', { level: 2, name: 'All white' })).toBeFocused();
    });

  test('does not count things to try as right answers', async ({ page }) => {
    await visit(page, './#/lessons/00-play/all-white');
    await predict(page, 'End');
    await button(page, 'I have read why').click();
    await button(page, 'Next').click();
    await page.getByRole('radio', { name: 'One black stripe among the four' }).check();
    await button(page, 'Check').click();
    await button(page, 'Finish').click();
    const end = page.getByRole('region', { name: 'End of the lesson' });
    await expect(end).toContainText('2 of 2 exercises done');
    await expect(end).not.toContainText('Still open');
    await expect(end).toContainText(/you tried \d of 5 things/);
  });
});

test('Back goes back one step; title and URL follow, and the list says where to continue', async ({
  page,
}) => {
  await visit(page, './#/lessons');
  await expect(page.getByRole('link', { name: 'Start here 0 Play' })).toBeVisible();
  await page.getByRole('link', { name: 'Start here 0 Play' }).click();
  await expect(page).toHaveTitle('Change a few things · Play · Zebra Lab');
  await button(page, 'Next').click();
  await button(page, 'Next').click();
  await expect(page).toHaveTitle('Who reads whom · Play · Zebra Lab');
  await expect(page).toHaveURL(/\/lessons\/00-play\/#who-reads-whom\?/);
  await page.goBack();
  await expect(page).toHaveTitle('Black and white · Play · Zebra Lab');
  await expect(page.getByRole('heading', { level: 2, name: 'Black and white' })).toBeFocused();
  await page.goBack();
  await expect(page).toHaveTitle('Change a few things · Play · Zebra Lab');
  await page.goBack();
  await expect(page).toHaveTitle('Lessons · Zebra Lab');
  await expect(
    page.getByRole('link', { name: 'Continue 0 Play: Change a few things' }),
  ).toBeVisible();
  for (const minutes of [20, 45, 90])
    await expect(page.getByRole('heading', { name: `${minutes} minutes` })).toBeVisible();
  await expectAccessible(page);
  for (const width of [320, 390, 1024]) await expectNoOverflow(page, width);
});

test('checking a number with Enter scrolls its feedback above the bar', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await visit(page, './#/lessons/02-four-masks/does-four-mean-four');
  const input = page.getByRole('textbox').first();
  await input.fill('4');
  await input.press('Enter');
  const said = feedback(page).filter({ hasText: /4 is not right|Right/ });
  await expect(said).toBeInViewport({ ratio: 0.99 });
  const [box, bar] = [await said.boundingBox(), await button(page, 'Next').boundingBox()];
  expect(box!.y + box!.height).toBeLessThanOrEqual(bar!.y);
});

test('no bar covers a focused control or an answer', async ({ page }) => {
  for (const [width, height, row] of [
    [1440, 700, 5],
    [390, 844, 6], // a different cell from before, which is kept
  ] as const) {
    await page.setViewportSize({ width, height });
    await visit(page, './#/lessons/02-four-masks/local');
    const grid = page.locator('section.exercise').first().getByRole('grid');
    await expect(grid).toBeVisible();
    await grid.focus();
    await grid.press('Control+Home');
    for (let at = 0; at < row; at++) await grid.press('ArrowDown'); // the first ones are given
    await grid.press('Space');
    await button(page, 'Check').first().click();
    await expect(feedback(page)).toBeInViewport({ ratio: 0.9 });
    // The middle of the answer is visible, and no bar covers it.
    const covered = await feedback(page).evaluate((said) => {
      const { left, top, width: w, height: h } = said.getBoundingClientRect();
      return !said.contains(document.elementFromPoint(left + w / 2, top + h / 2));
    });
    expect(covered, `${width} px`).toBe(false);
  }
});

test('the source of a sentence and the machine of a recorded run are shown on demand', async ({
  page,
}) => {
  await visit(page, './#/lessons/04-the-cliff/is-it-the-task');
  await expect(page.getByText('recorded for this site').first()).toBeHidden();
  const mark = page.getByRole('button', { name: /^Where this comes from: measured/ }).first();
  await mark.focus();
  await mark.press('Enter');
  await expect(mark).toHaveAttribute('aria-expanded', 'true');
  await expect(page.getByText('recorded for this site').first()).toBeVisible();
  await expect(page.getByText(/Recorded beforehand: step \d+/)).toBeVisible();
  await expect(page.getByText('WebAssembly in Node')).toHaveCount(0);
  await button(page, 'What it was computed on').click();
  await expect(page.getByText('WebAssembly in Node')).toBeVisible();
});

test('things are put in order by dragging, and the arrow buttons still work', async ({ page }) => {
  await visit(page, './#/lessons/01-what-attention-costs');
  const box = page.locator('section.exercise').filter({ hasText: 'Put in order' }).first();
  const words = () => box.locator('ol > li .text').allInnerTexts();
  await expect(box).toBeVisible();
  const before = await words();
  const handles = box.locator('.handle');
  await box.locator('ol').evaluate((list) => list.scrollIntoView({ block: 'center' }));
  const [from, to] = [await handles.first().boundingBox(), await handles.last().boundingBox()];
  await page.mouse.move(from!.x + 5, from!.y + from!.height / 2);
  await page.mouse.down();
  await page.mouse.move(to!.x + 5, to!.y + to!.height, { steps: 12 });
  await page.mouse.up();
  expect(await words()).toEqual([...before.slice(1), before[0]]);
  await box.getByRole('button', { name: `Move item ${before.length} up` }).press('Enter');
  expect((await words()).at(-2)).toBe(before[0]);
});

test('a link that hides training leaves no sentence that asks for training', async ({ page }) => {
  await visit(
    page,
    './#/lessons/00-play/repair-it?v=1&hide=train,plan&lock=window,groupSize,distance',
  );
  await expect(page.getByRole('heading', { level: 2, name: 'Repair it' })).toBeVisible();
  await expect(page.getByText('Change whatever you like')).toHaveCount(0);
  await expect(page.getByText('To try on the stage')).toHaveCount(0);
  await page.getByRole('button', { name: 'Step 1: Change a few things' }).click();
  await expect(page.getByText('Watch the recording to its end')).toBeVisible();
  await expect(page.getByText('to train the model here')).toHaveCount(0);
});

test('a step without exercises is kept as read after a while', async ({ page }) => {
  await visit(page, './#/lessons/08-who-pays/what-the-line-above-is-worth');
  await expect(
    page.getByRole('heading', { level: 2, name: 'What the line above is worth', exact: true }),
  ).toBeVisible();
  await page.waitForTimeout(2500); // long enough for the step to record its seconds
  await button(page, 'Next').click();
  await expect(page).not.toHaveURL(/above-is-worth/);
  const progress = page.getByRole('progressbar', { name: 'Lesson progress' });
  await expect(progress).toHaveJSProperty('value', 1, { timeout: 5000 });
});

test('the keyboard focus is never lost, and Learn leads from a lesson to the list of all lessons', async ({
  page,
}) => {
  await visit(page, './#/lessons/02-four-masks/from-may-to-does');
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  expect(await page.evaluate(() => scrollY)).toBe(0);
  const hint = button(page, 'Hint');
  for (let i = 0; i < 3; i++) await hint.press('Enter');
  await expect(
    page.getByRole('list', { name: 'Hints' }).getByRole('listitem').last(),
  ).toBeFocused();
  await page.locator('article').getByRole('slider').fill('0.5');
  await button(page, 'Predict').press('Enter');
  const said = page.getByRole('group', { name: 'Feedback on your answer' });
  await expect(said).toBeFocused();
  await button(page, 'I have read why').press('Enter');
  await expect(said).toBeFocused();
  await page.getByRole('navigation', { name: 'Pages' }).getByText('Learn', { exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Learn Zebra by doing' })).toBeVisible();
});
