/**
 * @file Every page as people meet it who listen, use only the keyboard, enlarge the text, or choose colours and motion
 * themselves. docs/accessibility.md says which criterion each test supports, and what no test can tell.
 */
import { expect, test, type Page } from '@playwright/test';
import { PAGES } from '../../src/app/route';
import {
  faultsOfFocus,
  faultsOfForcedColours,
  faultsOfHeadings,
  faultsOfLandmarks,
  faultsOfNames,
  faultsOfOrder,
  faultsOfRoom,
  faultsOfTargets,
  faultsOfTree,
  read,
  space,
  toTop,
} from './audit';
import { button, expectAccessible, numberOf, READY_MS, visit, watchForErrors } from './support';

watchForErrors();

interface Subject {
  readonly path: string;
  /** What a reader has done before the page is looked at. */
  readonly after?: { readonly what: string; readonly does: (page: Page) => Promise<void> };
  /** The views of its stage, if it is a lesson. */
  readonly views?: readonly string[];
}

const oneStep = async (page: Page) => {
  await expect(button(page, 'Step')).toBeEnabled({ timeout: READY_MS });
  await button(page, 'Step').click();
  await expect.poll(() => numberOf(page, 'Step count'), { timeout: READY_MS }).toBe(1);
};

const SUBJECTS: readonly Subject[] = [
  { path: '' },
  { path: 'lessons' },
  { path: 'lab' },
  { path: 'lab', after: { what: 'a step', does: oneStep } },
  { path: 'compare' },
  { path: 'figures' },
  {
    path: 'generate',
    after: {
      what: 'a token',
      does: async (page) => {
        await expect(button(page, 'Step')).toBeEnabled({ timeout: READY_MS });
        await button(page, 'Step').click();
        await expect(button(page, 'Rewind')).toBeEnabled({ timeout: READY_MS });
      },
    },
  },
  { path: 'masks' },
  { path: 'planner' },
  { path: 'teach' },
  { path: 'teach/03-reach' },
  { path: 'class' },
  { path: 'worksheet/02-four-masks' },
  { path: 'test' },
  { path: 'go' },
  { path: 'health' },
  // Lessons whose steps show, together, every kind of view.
  { path: 'lessons/00-play', views: ['stripes', 'curve', 'maps'] },
  { path: 'lessons/03-reach/one-layer', views: ['reach', 'masks'] },
  { path: 'lessons/08-who-pays', views: ['costs'] },
  { path: 'lessons/11-debugging-masks', views: ['bench'] },
  { path: 'lessons/12-to-pytorch', views: ['code'] },
];

const titleOf = ({ path, after }: Subject) =>
  `${path || 'home'}${after ? ` after ${after.what}` : ''}`;

/** Waits until the page has drawn what it draws by itself. */
async function drawn(page: Page): Promise<void> {
  let last = -1;
  await expect
    .poll(
      async () => {
        const before = last;
        last = await page.locator('body *').count();
        return last === before;
      },
      { intervals: [300] },
    )
    .toBe(true);
}

/** Waits until charts have followed a change of the window or the text. */
const laidOut = (page: Page): Promise<void> =>
  page.evaluate(
    () =>
      new Promise<void>((done) =>
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))),
      ),
  );

async function meet(page: Page, { path, after, views = [] }: Subject): Promise<void> {
  await visit(page, `./#/${path}`);
  // Until its script has loaded, a page is its header alone, and there is nothing to skip to.
  await expect(page.locator('main')).toBeVisible({ timeout: READY_MS });
  for (const view of views) await expect(page.locator(`[data-view=${view}]`)).toBeVisible();
  await after?.does(page);
  await drawn(page);
}

/** Why some things are not read in the order in which they are drawn. */
const OUT_OF_ORDER: readonly (readonly [fault: RegExp, why: string])[] = [
  [
    /is above nav/,
    'The page links follow the site’s name on every page, also if the bar needs two lines.',
  ],
  [
    /^td\.acts/,
    'On a phone the actions of a run are next to its name; the columns of a table have one order.',
  ],
  [/^div\.cells/, 'The number belongs to the label at its left, and is drawn behind the picture.'],
  [/^div\.takeaway “Code/, 'The code is last; a wide window has room for it under the mask.'],
  [/^button\.add/, 'Adds to the list after which it is read.'],
];
const unexplained = (faults: readonly string[]) =>
  faults.filter((fault) => !OUT_OF_ORDER.some(([known]) => known.test(fault)));

/** A stripe of 32 px shows as much of its pattern's name as fits; its fill and its accessible name say the same. */
const fits = (faults: readonly string[]) =>
  faults.filter((fault) => !/class="name .*(Local|Global)<|class="name [\w-]+">/i.test(fault));

const sized = async (page: Page, width: number, height: number) => {
  await page.setViewportSize({ width, height });
  await laidOut(page);
};

test('every page of the site is among these', () => {
  const met = new Set(SUBJECTS.map(({ path }) => path.split('/')[0] || 'home'));
  expect(PAGES.map(({ id }) => id).filter((id) => !met.has(id))).toEqual([]);
});

for (const subject of SUBJECTS)
  test(`${titleOf(subject)} is read in order, by name, by keyboard and enlarged`, async ({
    page,
  }) => {
    await meet(page, subject);
    const skip = page.getByRole('link', { name: 'Skip to the content' });
    // A page may still be setting the focus to its heading.
    await expect(async () => {
      await toTop(page);
      await page.keyboard.press('Tab');
      await expect(skip).toBeFocused({ timeout: 500 });
    }).toPass({ timeout: 10_000 });
    await skip.press('Enter');
    await expect(page.locator('main')).toBeFocused();

    const reading = await read(page);
    const faults: Record<string, readonly string[]> = {
      headings: faultsOfHeadings(reading),
      landmarks: faultsOfLandmarks(reading),
      names: faultsOfNames(reading),
      tree: faultsOfTree(reading),
      'order on screen': unexplained(await faultsOfOrder(page)),
      targets: await faultsOfTargets(page, { least: 24 }),
      focus: await faultsOfFocus(page),
    };
    await space(page, true);
    await laidOut(page);
    faults['room for spaced text'] = fits(await faultsOfRoom(page));
    await sized(page, 320, 256); // 1280 × 1024 at 400 %
    faults['room for spaced text at 400 %'] = fits(await faultsOfRoom(page));
    await space(page, false);
    await laidOut(page);
    faults['room at 400 %'] = fits(await faultsOfRoom(page));
    faults['order at 400 %'] = unexplained(await faultsOfOrder(page));
    faults['focus at 400 %'] = await faultsOfFocus(page);
    await sized(page, 720, 450); // 1440 × 900 at 200 %
    faults['room at 200 %'] = fits(await faultsOfRoom(page));
    faults['order at 200 %'] = unexplained(await faultsOfOrder(page));
    await page.setViewportSize({ width: 1000, height: 800 });
    await page.emulateMedia({ media: 'print' });
    await expect(page.locator('main')).toBeVisible();
    expect(Object.fromEntries(Object.entries(faults).filter(([, all]) => all.length > 0))).toEqual(
      {},
    );
  });

test.describe('on a phone', () => {
  test.use({
    viewport: { width: 360, height: 740 },
    deviceScaleFactor: 2,
    hasTouch: true,
    isMobile: true,
    contextOptions: { reducedMotion: 'reduce', forcedColors: 'active' },
  });

  for (const subject of SUBJECTS)
    test(`${titleOf(subject)} has large targets, keeps still, and shows what is chosen in forced colours`, async ({
      page,
    }) => {
      await watchMotion(page);
      await meet(page, subject);
      const faults = {
        targets: await faultsOfTargets(page, { least: 24 }),
        'main controls': await faultsOfTargets(page, {
          least: 44,
          only: '.button:not(.small), [aria-label=Pages] a',
        }),
        order: unexplained(await faultsOfOrder(page)),
        'forced colours': await faultsOfForcedColours(page),
        motion: await motionOf(page),
      };
      expect(
        Object.fromEntries(Object.entries(faults).filter(([, all]) => all.length > 0)),
      ).toEqual({});
    });
});

/** Records every animation, transition and smooth scroll that takes time. */
const watchMotion = (page: Page) =>
  page.addInitScript(() => {
    const motion: string[] = [];
    Object.assign(window, { motion });
    const note = (what: string, { target }: Event) => {
      for (const one of (target as Element).getAnimations()) {
        const { duration } = one.effect!.getComputedTiming();
        if (Number(duration) > 1)
          motion.push(`${what}: ${(target as Element).outerHTML.slice(0, 90)}`);
      }
    };
    addEventListener('transitionrun', (event) => note('transition', event), true);
    addEventListener('animationstart', (event) => note('animation', event), true);
    for (const name of ['scrollTo', 'scrollBy', 'scrollIntoView'] as const)
      for (const owner of [Element.prototype, window] as unknown as Record<
        string,
        (...all: unknown[]) => unknown
      >[]) {
        const own = owner[name];
        if (!own) continue;
        owner[name] = function (this: unknown, ...all: unknown[]) {
          if (all.some((one) => (one as ScrollToOptions | null)?.behavior === 'smooth'))
            motion.push(`smooth ${name}`);
          return own.apply(this, all);
        };
      }
  });
const motionOf = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => [...new Set((window as unknown as { motion: string[] }).motion)]);

/** What a screen reader would say by itself: each change of a live region, half a second apart at the least. */
const listen = (page: Page) =>
  page.addInitScript(() => {
    const heard: { at: number; text: string }[] = [];
    Object.assign(window, { heard });
    const LIVE = '[aria-live], [role=status], [role=alert], [role=log], output';
    const last = new Map<Element, string>();
    const look = (node: Node | null) => {
      const near = node instanceof Element ? node : node?.parentElement;
      const region = near?.closest(LIVE);
      if (!region || region.getAttribute('aria-live') === 'off') return;
      const text = region.textContent!.trim();
      if (text === (last.get(region) ?? '')) return;
      last.set(region, text);
      if (text !== '') heard.push({ at: performance.now(), text });
    };
    new MutationObserver((all) => {
      for (const { target, addedNodes } of all) {
        look(target);
        for (const added of addedNodes) look(added);
      }
    }).observe(document, { subtree: true, childList: true, characterData: true });
  });
const heardIn = (page: Page, since: number): Promise<readonly string[]> =>
  page.evaluate(
    (since) =>
      (window as unknown as { heard: { at: number; text: string }[] }).heard
        .filter(({ at }) => at >= since)
        .map(({ text }) => text),
    since,
  );

const RUNS: readonly (readonly [path: string, start: string, stop: string])[] = [
  ['lab', 'Train', 'Pause'],
  ['compare', 'Train', 'Pause'],
  ['generate', 'Generate', 'Stop'],
  ['lessons/00-play', 'Train', 'Pause'],
];
const LISTENED_S = 3;

test.describe('while it runs', () => {
  test.use({ contextOptions: { reducedMotion: 'reduce' } });

  for (const [path, start, stop] of RUNS)
    test(`${path} is not announced step by step, and nothing moves smoothly`, async ({ page }) => {
      await listen(page);
      await watchMotion(page);
      await visit(page, `./#/${path}`);
      await expect(button(page, start).first()).toBeEnabled({ timeout: READY_MS });
      await drawn(page);
      await button(page, start).first().click();
      if (path === 'lab' || path === 'compare')
        await expect(page.locator('[data-phase=running]')).toBeVisible({ timeout: READY_MS });
      await page.waitForTimeout(500); // that it has started is announced
      const since = await page.evaluate(() => performance.now());
      await page.waitForTimeout(LISTENED_S * 1000);
      const heard = await heardIn(page, since);
      expect(heard.length, heard.join(' | ')).toBeLessThanOrEqual(1); // such as its end
      expect(await motionOf(page)).toEqual([]);
      const stops = button(page, stop).first();
      if (await stops.isEnabled()) await stops.click();
    });
});

test.describe('a dialog', () => {
  const DIALOGS: readonly (readonly [path: string, opener: string])[] = [
    ['lab', 'Keyboard shortcuts'],
    ['compare', 'Measure on this machine'],
  ];
  for (const [path, opener] of DIALOGS)
    test(`${opener} keeps the focus until it is closed, and returns it`, async ({ page }) => {
      await visit(page, `./#/${path}`);
      const opens = button(page, opener).first();
      await expect(opens).toBeEnabled({ timeout: READY_MS });
      await drawn(page);
      await opens.focus();
      await opens.press('Enter');
      const dialog = page.getByRole('dialog');
      await expect(dialog).toBeVisible();
      await expect(dialog).toHaveAccessibleName(/\w/);
      for (let i = 0; i < 12; i++) {
        // Between the last and the first control the focus is on the browser's own buttons.
        const inside = await page.evaluate(
          () =>
            document.activeElement === document.body ||
            document.activeElement?.closest('dialog') !== null,
        );
        expect(inside, `after ${i} presses of Tab`).toBe(true);
        await page.keyboard.press('Tab');
      }
      expect(faultsOfNames(await read(page))).toEqual([]);
      await page.keyboard.press('Escape');
      await expect(dialog).toBeHidden();
      await expect(opens).toBeFocused();
    });
});

test('axe sees the colours that stay, not those in between', async ({ page }) => {
  await visit(page, './health/');
  await page.evaluate(() => {
    const changing = Object.assign(document.createElement('button'), {
      className: 'button primary',
      textContent: 'Generate',
    });
    document.querySelector('main')!.append(changing);
    setInterval(() => (changing.disabled = !changing.disabled), 60);
  });
  for (let times = 0; times < 5; times++) await expectAccessible(page);
  expect(await page.evaluate(() => document.adoptedStyleSheets.length)).toBe(0);

  await page.evaluate(() => {
    const pale = Object.assign(document.createElement('p'), { textContent: 'Too pale to read.' });
    Object.assign(pale.style, { color: '#bbb', background: '#fff' });
    document.querySelector('main')!.append(pale);
  });
  await expect(expectAccessible(page)).rejects.toThrow(/color-contrast: <p/);
});
