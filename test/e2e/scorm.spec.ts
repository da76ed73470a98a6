/**
 * @file A lesson as a package in a course system: made by the button and by the command, unpacked, served by a plain
 * server inside a page with the strict run-time of test/support/scorm12.ts.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type FrameLocator, type Page } from '@playwright/test';
import { unzipSync } from 'fflate';
import { readSuspended } from '../../src/lessons/suspended';
import { size, some } from '../support/deep';
import { lessonFiles } from '../../scripts/lessons/files.mjs';
import { scorm12, type Kept, type Runtime } from '../support/scorm12';
import { folderHost, type Host } from './hosts';
import { button, visit, watchForErrors, unfold } from './support';

watchForErrors();

type Course = Host & { readonly missing: readonly string[] };

const NAME = 'zebra-lab-00-play-scorm12.zip';
let packed: Buffer;
let host: Course;

/** The package of a lesson, made by the command. */
function made(lesson: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'zebra-scorm-'));
  try {
    execFileSync('node', ['scripts/scorm/make.mjs', lesson, '--as-built', '--out', folder]);
    return readFileSync(join(folder, readdirSync(folder)[0]!));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A server with an unpacked package in a folder, and a page around it: many course systems put frames into frames. */
function courseWith(zip: Buffer): Promise<Course> {
  const files = Object.entries(unzipSync(zip)).map(
    ([path, bytes]) => [`/course/lesson/${path}`, bytes] as const,
  );
  return folderHost(new Map(files), (path) =>
    path === '/player'
      ? '<iframe src="/course/lesson/index.html" title="Lesson" width="1300" height="800"></iframe>'
      : '',
  );
}

test.beforeAll(async () => {
  packed = made('0');
  host = await courseWith(packed);
});
test.afterAll(() => host.close());

/** Opens the course: a page with the run-time, around a page with the lesson. */
async function launch(page: Page, kept: Kept, { url } = host): Promise<FrameLocator> {
  await page.route(`${url}lms`, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><title>Course</title><iframe src="/player" title="Player" width="1340" height="840"></iframe>
        <script>window.lms = (${scorm12.toString()})(${JSON.stringify(kept)}); window.API = lms.api;</script>`,
    }),
  );
  await visit(page, `${url}lms`);
  return page.frameLocator('iframe').frameLocator('iframe');
}

/** Leaves the lesson, as a course system does, and returns what it keeps. */
async function leave(page: Page) {
  await page.evaluate(() => document.querySelector('iframe')!.remove());
  const end = () => {
    const { lms } = window as unknown as { lms: Runtime };
    return { state: lms.state(), kept: lms.kept, faults: lms.faults, calls: lms.calls };
  };
  await expect.poll(() => page.evaluate(end)).toMatchObject({ state: 'finished' });
  return page.evaluate(end);
}

test('a student passes a packaged lesson by keyboard, and continues at the next launch where it ended', async ({
  page,
}) => {
  let lesson = await launch(page, {});
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await expect(lesson.getByRole('heading', { level: 1, name: 'Play' })).toBeVisible();
  const next = lesson.getByRole('button', { name: /^(Next|Finish)$/ });
  for (let step = 1; step < 5; step++) await next.press('Enter');
  await expect(lesson.getByRole('heading', { level: 2, name: 'Repair it' })).toBeVisible();
  const right = lesson.getByRole('radio', { name: 'One black stripe among the four' });
  await right.focus();
  await right.press('Space');
  await lesson.getByRole('button', { name: 'Check' }).press('Enter');
  await expect(lesson.getByRole('status', { name: 'Feedback' })).toContainText('One layer', {
    ignoreCase: true,
  });
  const runtime = () =>
    page.evaluate(() => ({ ...(window as unknown as { lms: Runtime }).lms.kept }));
  await expect.poll(runtime).toMatchObject({
    ...{ 'cmi.core.lesson_status': 'incomplete', 'cmi.core.score.raw': '100' },
  });
  await next.press('Enter');
  await expect.poll(runtime).toMatchObject({ 'cmi.core.lesson_status': 'passed' });
  const first = await leave(page);
  expect(first.faults).toEqual([]);
  expect(Object.keys(first.kept).sort()).toEqual([
    ...['cmi.core.lesson_status', 'cmi.core.score.max', 'cmi.core.score.min'],
    ...['cmi.core.score.raw', 'cmi.suspend_data'],
  ]);
  const { progress, best } = readSuspended(first.kept['cmi.suspend_data']!);
  expect(best).toEqual({ status: 'passed', score: 100 });
  expect(progress.answers['smallest-change']).toMatchObject({ right: true, tries: 1 });
  // Nothing is kept in the browser, which the next student may use too.
  expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);

  // The second launch.
  lesson = await launch(page, first.kept);
  await expect(lesson.getByRole('heading', { level: 2, name: 'Repair it' })).toBeVisible();
  await expect(
    lesson.getByRole('radio', { name: 'One black stripe among the four' }),
  ).toBeChecked();
  // Starting over does not take away what the course knows.
  const second = await leave(page);
  expect(second.kept['cmi.core.lesson_status']).toBe('passed');
  expect(second.faults).toEqual([]);
  expect(second.calls[1]).toMatch(/^LMSGetValue cmi\.suspend_data/);
  // The package is complete, and asks no other host.
  expect(host.missing).toEqual([]);
  for (const url of asked) expect(url).toMatch(new RegExp(`^(blob:)?${host.url}`));
});

test('a packaged lesson says so if there is no course around it, or if the course refuses', async ({
  page,
}) => {
  await visit(page, `${host.url}course/lesson/index.html`);
  await expect(page.getByRole('alert')).toContainText('found no course around it');
  await expect(page.getByRole('heading', { level: 1, name: 'Play' })).toBeVisible();
  // A course system's origin is not ours to put a service worker on.
  expect(
    await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length),
  ).toBe(0);
  expect(host.missing).toEqual([]);

  const lesson = await launch(page, {});
  await expect(lesson.getByRole('heading', { level: 1, name: 'Play' })).toBeVisible();
  await page.evaluate(() =>
    (window as unknown as { lms: Runtime }).lms.fail('LMSCommit', '101', 1),
  );
  await lesson.getByRole('button', { name: 'Next' }).press('Enter');
  const alert = lesson.getByRole('alert');
  await expect(alert).toContainText('error 101, general exception');
  await expect(alert).toBeHidden(); // accepted at the second try
});

test('the teacher’s page makes the same package as the command, and says its size first', async ({
  page,
}) => {
  await visit(page, './#/teach');
  await unfold(page.getByText('Package for Moodle, Canvas and other course systems'));
  await expect(page.getByText(/^About 1\.\d+ MiB\.$/)).toBeVisible();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    button(page, 'Download the package').click(),
  ]);
  expect(download.suggestedFilename()).toBe(NAME);
  expect(readFileSync(await download.path()).equals(packed)).toBe(true);
});

// Without lesson 0, which the first test goes through.
for (const id of some(Object.keys(lessonFiles()).slice(1), size('packaged'), 4))
  test(`the package of ${id} has what every step loads, and leads nowhere else`, async ({
    page,
  }) => {
    const course = await courseWith(made(id));
    const arrived: string[] = [];
    page.on('request', (request) => arrived.push(request.url()));
    const lesson = await launch(page, {}, course);
    const next = lesson.getByRole('button', { name: /^(Next|Finish)$/ });
    const links = lesson.locator(
      'main a:not([href^="https://"]):not([href="#stage"]):not([href="#text"])',
    );
    await expect(next).toBeVisible();
    for (let step = 0; step < 12 && (await next.isVisible()); step++) {
      await page.waitForLoadState('networkidle');
      await expect(links).toHaveCount(0);
      await expect(lesson.locator('main').getByRole('alert')).toHaveCount(0);
      await next.press('Enter');
    }
    await expect(lesson.getByRole('heading', { name: /^The end of / })).toBeVisible();
    expect((await leave(page)).faults).toEqual([]);
    expect(course.missing).toEqual([]);
    for (const url of arrived) expect(url).toMatch(new RegExp(`^(blob:)?${course.url}`));
    await course.close();
  });
