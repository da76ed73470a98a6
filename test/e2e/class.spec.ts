/**
 * @file What a class hands in, and what its teacher sees and hands out: kept results, links and codes, tests before and
 * after, worksheets, the projector.
 */
import { expect, test, type Page } from '@playwright/test';
import { formOf, progressOf } from '../../src/lessons/concepts/form';
import { ITEMS } from '../../src/lessons/concepts/items';
import { codeOf, type LessonResult } from '../../src/lessons/result';
import {
  button,
  expectAccessible,
  expectNoOverflow,
  follow,
  visit,
  watchForErrors,
  unfold,
} from './support';

watchForErrors();

const cliff = (who: string, said: number, option: number, came?: number): LessonResult => ({
  lesson: '04-the-cliff',
  who,
  progress: {
    done: ['a-digit-among-letters'],
    answers: {
      guessing: { answer: option, right: option === 0, tries: 1, hints: 0 },
      'reach-of-local': { answer: '24', right: false, tries: 2, hints: 1 },
      'local-needle': {
        answer: said,
        right: true,
        tries: 1,
        hints: 0,
        ...(came !== undefined && { came }),
      },
    },
    seconds: { 'a-digit-among-letters': 95, 'compute-the-reach': 240 },
  },
});
const took = (who: string, when: 'before' | 'after', right: number): LessonResult => ({
  lesson: formOf(when).id,
  who,
  progress: progressOf(
    Object.fromEntries(ITEMS.map((item, i) => [item.id, i < right ? item.right : 4])),
  ),
});

async function hand(page: Page, results: readonly LessonResult[]) {
  await page.getByLabel(/^Codes, one a line/).fill(results.map(codeOf).join('\n'));
  await button(page, 'Add the codes').click();
}

test('the class page keeps results over a reload, shows the common mistakes, hides names with one key, and forgets on request', async ({
  page,
}) => {
  await visit(page, './#/class');
  await hand(page, [
    cliff('Ada', 1, 1),
    cliff('Bob', 0.5, 1, 0.094),
    cliff('Eve', 0.12, 0),
    { ...cliff('Ada', 1, 1), lesson: '03-reach' },
  ]);
  await page.reload();
  const table = page.getByRole('region', { name: 'Table of The cliff' });
  await expect(table).toContainText('about 4 % of the time'); // in words, not as the number of an option
  await expect(table).not.toContainText('option 1');
  await expect(page.getByRole('region', { name: 'Table of participants' })).toContainText('Ada');

  const answers = page
    .getByRole('region', { name: 'Answers', exact: true })
    .filter({ hasText: 'has still learned' });
  const astray = answers.getByRole('region', { name: 'Commonest wrong answers' });
  await expect(astray).toContainText('2×');
  await expect(astray).toContainText('letters are never the answer');

  const cliffAnswers = page.getByRole('region', { name: 'The cliff', exact: true });
  await cliffAnswers.getByRole('button', { name: /^2 / }).click();
  await expect(cliffAnswers).toContainText('Guide, expected');
  await cliffAnswers.getByRole('button', { name: /^4 / }).click();
  const far = cliffAnswers.getByRole('region', { name: 'Far off' });
  await expect(far).toContainText('Ada said 100 %');
  await expect(far).toContainText('their own run 9 %');
  await expect(far).not.toContainText('Eve');
  await expect(cliffAnswers).toContainText(/9\.4 % in the recorded run/);
  await expect(cliffAnswers).toContainText(/6 % to 20 % \(the field\)/);
  await unfold(cliffAnswers.getByText('Time at each step'));
  await expect(cliffAnswers.getByRole('row', { name: /Compute the reach/ })).toContainText('4 min');
  await expectAccessible(page);
  await expectNoOverflow(page, 390);

  await page.keyboard.press('Escape');
  await expect(page.getByText('Ada')).toHaveCount(0);
  await page.reload(); // a reload on a projector must not reveal any name
  await expect(table).toContainText('Participant 1');
  await expect(page.getByText('Ada')).toHaveCount(0);

  await button(page, 'Forget all results').click();
  await button(page, 'Forget').click();
  await expect(table).toHaveCount(0);
  await button(page, 'Take it back').click();
  await expect(table).toBeVisible();
  await button(page, 'Forget all results').click();
  await button(page, 'Forget').click();
  await page.reload();
  await expect(page.getByText('No results yet')).toBeVisible();
  expect(await page.evaluate(() => localStorage.getItem('zebra-lab-class') ?? '')).not.toContain(
    'zebra1.',
  );
});

test('a damaged store loses only the damaged part, and the first tab sees results added in the second', async ({
  page,
  context,
}) => {
  await visit(page, './#/class');
  await page.evaluate(
    ([good]) =>
      localStorage.setItem(
        'zebra-lab-class',
        JSON.stringify({ version: 1, codes: [good, 'zebra1.AAAA.00000000', 7, '<img src=x>'] }),
      ),
    [codeOf(cliff('Ada', 1, 1))],
  );
  await page.reload();
  await expect(page.getByText('1 results, kept on this machine')).toBeVisible();
  const second = await context.newPage();
  await visit(second, './#/class');
  await hand(second, [cliff('Bob', 0.2, 0)]);
  await expect(page.getByRole('region', { name: 'Table of The cliff' })).toContainText('Bob');
});

test('a lesson’s code contains how long the reader looked at a step', async ({ page }) => {
  await visit(page, './#/lessons/03-reach');
  await expect(page.getByRole('heading', { level: 2, name: 'One layer' })).toBeVisible();
  await page.waitForTimeout(2500);
  await page.getByRole('navigation', { name: 'Steps' }).getByRole('button').nth(1).click();
  const seconds = await page.evaluate(() => {
    const kept = JSON.parse(localStorage.getItem('zebra-lab-lessons')!) as {
      lessons: Record<string, { seconds?: Record<string, number> }>;
    };
    return kept.lessons['03-reach']!.seconds;
  });
  expect(seconds!['one-layer']).toBeGreaterThanOrEqual(2);
  expect(seconds!['one-layer']).toBeLessThan(120);
});

test('ten questions before and after become a gain on the class page', async ({ page }) => {
  await visit(page, './#/test?when=before');
  const questions = page.getByRole('main').getByRole('group');
  await expect(questions).toHaveCount(10);
  await expectAccessible(page);
  await questions.nth(0).getByLabel('24', { exact: true }).check();
  await questions.nth(1).getByLabel('I do not know').check();
  await page.reload();
  await expect(questions.nth(0).getByLabel('24', { exact: true })).toBeChecked();
  await button(page, 'Hand in').click();
  await expect(page.getByText('✓ right')).toHaveCount(0); // learners cannot memorise the answers
  await page.getByLabel(/^A code word/).fill('heron 7');
  const before = await page.getByLabel('Code for your teacher').inputValue();

  await follow(page, '#/test?when=after');
  for (const [i, item] of ITEMS.entries()) {
    if (i < 6)
      await questions.nth(i).getByLabel(item.options[item.right]!.text, { exact: true }).check();
  }
  await button(page, 'Hand in').click();
  await expect(page.getByText('6 of 10 right.')).toBeVisible();
  await expect(page.getByText('✓ right')).toHaveCount(10);
  await page.getByLabel(/^A code word/).fill('Heron 7');
  const after = await page.getByLabel('Code for your teacher').inputValue();
  await expectNoOverflow(page, 390);

  await visit(page, './#/class');
  await page.getByLabel(/^Codes, one a line/).fill(`${before}\n${after}`);
  await button(page, 'Add the codes').click();
  await hand(page, [
    ...['a', 'b', 'c', 'd'].flatMap((who, i) => [
      took(who, 'before', i),
      took(who, 'after', 5 + i),
    ]),
    took('only before', 'before', 9),
  ]);
  const gain = page.getByRole('region', { name: 'Ten questions, before and after' });
  await expect(gain).toContainText('6 before, 5 after, 5 both');
  // Before 0, 0, 1, 2, 3 and after 6, 5, 6, 7, 8 of ten: (3.2 − 0.6·2) / … = (6.4 − 1.2) / (10 − 1.2).
  await expect(gain).toContainText('0.59');
  await expect(gain).toContainText(/95 % interval 0\.\d\d to 0\.\d\d/);
  await expect(gain.getByRole('row', { name: /Windows do not add up whole/ })).toContainText(
    '100 %',
  );
  await expectAccessible(page);
});

test('a link is shortened, drawn as a QR code, carries a message as plain text, and opens', async ({
  page,
}) => {
  const message = 'In pairs. <img src=x onerror=alert(1)> & predict first!';
  await visit(page, './#/teach');
  await page.getByLabel('Lesson', { exact: true }).selectOption('03-reach');
  await page.getByLabel(/^Message for students/).fill(message);
  const out = page.getByRole('region', { name: 'Your link' });
  const short = await out.getByLabel(/^Short form/).inputValue();
  expect(short).toMatch(/\/go\/#2[2-8fklmpqrwy]+$/);
  await button(page, 'Add to my list').click();
  await page.getByRole('radio', { name: 'Compare' }).check();
  await button(page, 'Add to my list').click();
  await page.reload();
  await page.getByRole('link', { name: 'One page with all of them' }).click();
  await expect(page.getByRole('img', { name: /^QR code of http/ })).toHaveCount(2);
  await expect(page.getByText(message).first()).toBeVisible();
  await expectAccessible(page);
  await expectNoOverflow(page, 390);

  await visit(page, short);
  await expect(page.getByRole('heading', { level: 1, name: 'Reach' })).toBeVisible();
  const bar = page.getByRole('complementary', { name: 'Message in the link' });
  await expect(bar).toContainText(message);
  expect(await page.locator('img').count()).toBe(0);
  await expect(page).toHaveURL(/\/lessons\/03-reach\/#one-layer\?v=1$/);
  await page.reload();
  await expect(bar).toContainText(message);
  await follow(page, '#/lab');
  await expect(bar).toHaveCount(0);
  await page.goBack();
  await expect(bar).toBeVisible();
  await bar.getByRole('button', { name: 'Close' }).click();
  await expect(bar).toHaveCount(0);
});

test('a short link from the first version still opens; a truncated one says so and leads nowhere', async ({
  page,
}) => {
  await visit(page, './#/go/1rczw50k111a3zp6swr00rn');
  await expect(page.getByRole('heading', { level: 1, name: 'Reach' })).toBeVisible();
  await expect(page).toHaveURL(/hide=train&lock=window&seed=7$/);
  await follow(page, '#/go/1rczw50k111a3zp6swr00r');
  await expect(page.getByRole('alert')).toContainText('The short link is incomplete');
  await follow(page, '#/go/1RCZW50K-111A3ZP6-SWR00RN');
  await expect(page.getByRole('heading', { level: 1, name: 'Reach' })).toBeVisible();
  await follow(page, '#/teach/links?v=1&to=1rfaxa1805w&to=nonsense');
  await expect(page.getByRole('alert')).toContainText('Link 2');
  await expect(page.getByRole('heading', { name: '4. The cliff' })).toBeVisible();
});

test('a worksheet has its pictures but no screen controls; a page holds two answer sheets', async ({
  page,
}) => {
  await visit(page, './#/worksheet/02-four-masks');
  const sheet = page.getByRole('article');
  // Only what is read through a summary is hatched.
  const approximate = sheet.getByRole('img', { name: /^Approximate: every layer/ }).first();
  await expect(approximate).toBeVisible();
  const fills = await approximate
    .locator('g > path:not(.lines)')
    .evaluateAll((paths) => paths.map((path) => getComputedStyle(path).fill));
  expect(fills).toEqual(['rgb(20, 20, 19)', expect.stringMatching(/^url\(/)]);
  await visit(page, './#/worksheet/04-the-cliff');
  await expect(sheet.getByRole('img', { name: /^Every layer: local, window 6/ })).toBeVisible();
  // The prediction is not drawn yet; what was observed is.
  await expect(sheet.getByRole('img', { name: /^Axes for the curve/ })).toHaveCount(2);
  await expect(sheet.getByRole('img', { name: /^Local: \d+ %, Grouped: 100 %$/ })).toBeVisible();
  await expect(sheet).not.toContainText(/\bstage\b|To do:|Press|measured: /);
  expect(await sheet.locator('.claim, button').count()).toBe(0);
  await page.getByLabel('Answers', { exact: true }).check();
  await expect(sheet.getByRole('img', { name: /^Axes for the curve/ })).toHaveCount(0);
  await page.getByLabel('Answer sheets, two a page').check();
  await expect(sheet.getByText('Exercise 1')).toHaveCount(2);
  await page.emulateMedia({ media: 'print' });
  const [left, right] = await sheet.getByText('Exercise 8').all();
  const [a, b] = [(await left!.boundingBox())!, (await right!.boundingBox())!];
  expect(Math.abs(a.y - b.y)).toBeLessThan(1);
  expect(b.x).toBeGreaterThan(a.x + 200);
});

test('on a projector Lab, Compare and Masks are larger and show one part at a time, and a click selects the cell under it', async ({
  page,
}) => {
  const zoom = () => page.evaluate(() => getComputedStyle(document.body).zoom);
  await visit(page, './#/lab?v=1&projector=1');
  await expect(page.getByRole('heading', { name: 'Who reads whom, layer by layer' })).toBeVisible();
  expect(Number(await zoom())).toBeGreaterThanOrEqual(1.4);
  await expect(page.getByRole('complementary', { name: 'Settings' })).toBeHidden();
  const map = await page
    .getByRole('img', { name: /head 1/i })
    .first()
    .boundingBox();
  expect(map!.width).toBeGreaterThan(200);
  // The mark appears next to the machine’s name, with its letter, and nowhere else.
  const mark = page.getByRole('button', { name: 'Why this backend' });
  const step = page.getByLabel('Step count');
  await expect(mark).toBeVisible();
  const [m, s] = [(await mark.boundingBox())!, (await step.boundingBox())!];
  expect(m.width).toBeGreaterThan(20);
  expect(m.x + m.width).toBeLessThan(s.x);
  const shown = page.getByRole('group', { name: 'What is shown' });
  await shown.getByRole('button', { name: 'Settings' }).click();
  await expect(page.getByRole('complementary', { name: 'Settings' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Who reads whom, layer by layer' })).toBeHidden();

  await follow(page, '#/compare?v=1&projector=1');
  await shown.getByRole('button', { name: 'Runs' }).click();
  await expect(page.getByRole('region', { name: 'Runs' }).first()).toBeVisible();
  await expect(page.getByRole('region', { name: 'Curves' })).toBeHidden();

  await follow(page, '#/masks?v=1&projector=1');
  await shown.getByRole('button', { name: 'Mask', exact: true }).click();
  const grid = page.locator('.picture canvas').first();
  const box = (await grid.boundingBox())!;
  expect(box.y + box.height).toBeLessThan(900);
  // 32 tokens: the middle of cell (20, 10).
  await page.mouse.click(box.x + (10.5 / 32) * box.width, box.y + (20.5 / 32) * box.height);
  await expect(page.locator('.picture > .says')).toContainText(
    'query 20 reads 4 of 32 keys: 17 to 20. Key 10 is blocked',
  );
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Projector' }).click();
  await expect(page.locator('html')).not.toHaveAttribute('data-shown', /./);
});

test('with the keyboard, no key press on the class page or in Compare loses the focus', async ({
  page,
}) => {
  const press = async (name: string | RegExp) => {
    await page.getByRole('button', { name }).first().focus();
    await page.keyboard.press('Enter');
  };
  const focused = page.locator(':focus');
  await visit(page, './#/class');
  await page
    .getByLabel(/^Codes, one a line/)
    .fill([cliff('Ada', 1, 1), cliff('Bob', 0.5, 1)].map(codeOf).join('\n'));
  await press('Add the codes');
  await expect(focused).toHaveAccessibleName(/^Hide names/);
  await press('Remove Ada');
  await expect(focused).toHaveAccessibleName('Remove Bob');
  await press('Forget all results');
  await expect(focused).toHaveText('Keep'); // pressing twice forgets nothing
  await page.keyboard.press('Enter');
  await expect(focused).toHaveText('Forget all results');

  await visit(page, './#/compare?v=1&layers=1&width=16&heads=1&run=local&run=grouped&run=global');
  await press('Remove Local');
  await expect(page.getByRole('button', { name: /^Remove / })).toHaveCount(2);
  await expect(focused).toHaveCount(1);
  await expect(focused).not.toHaveAttribute('disabled');
});
