import { afterEach, describe, expect, test, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { userEvent } from 'vitest/browser';
import '../../../src/app/base.css';
import '../../../src/app/tokens.css';
import Cache from '../../../src/app/lessons/stageViews/Cache.svelte';
import Costs from '../../../src/app/lessons/stageViews/Costs.svelte';
import Distance from '../../../src/app/lessons/stageViews/Distance.svelte';
import Lengths from '../../../src/app/lessons/stageViews/Lengths.svelte';
import Masks from '../../../src/app/lessons/stageViews/Masks.svelte';
import Reach from '../../../src/app/lessons/stageViews/Reach.svelte';
import { EMPTY, stageAfter } from '../../../src/lessons/scene';
import { Stage } from '../../../src/state/stage.svelte';
import { StageRuns } from '../../../src/state/stageRuns.svelte';
import { fakeEngine } from '../../fakes/fakeEngine';

const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.dispose();
});

/** Four layers of window 6 over 48 tokens, global next to local. */
function staged(scene: object = {}, veiled = false) {
  const stage = new Stage(fakeEngine({ prepareMs: 0, tickMs: 5 }), {
    recording: () => Promise.reject(new Error('none')),
  }).attach(StageRuns);
  stages.push(stage);
  const set = { task: 'needle', context: 48, window: 6, layers: 4, distance: 28 };
  const given = { set, runs: [{ plan: 'global' }, { plan: 'local' }], ...scene };
  stage.enter(stageAfter(EMPTY, given, 'test', { recordings: [], models: [] }), { veiled });
  return stage;
}

describe('the masks of a stage', () => {
  test('appear once per pattern, counted, and share one selection', async () => {
    const stage = staged({ length: 24 });
    const { getByRole, getByText } = await render(Masks, { stage });
    for (const name of ['Global: mask of every layer', 'Local: mask of every layer'])
      await expect.element(getByRole('img', { name })).toBeVisible();
    await expect.element(getByText('300 pairs', { exact: true })).toBeVisible();
    await expect.element(getByText('129 pairs', { exact: true })).toBeVisible();

    const cursor = getByRole('slider', { name: 'Query in: Local: mask of every layer' });
    (cursor.element() as HTMLElement).focus();
    await userEvent.keyboard('{ArrowUp}{ArrowUp}{ArrowUp}');
    const says = [...document.querySelectorAll('.says .room > :last-child')];
    expect(says.map(({ textContent }) => textContent)).toEqual([
      'query 20 reads keys 0 to 20: 21 keys',
      'query 20 reads keys 15 to 20: 6 keys',
    ]);
    expect(stage.happened.selected).toBe(true);
  });
});

describe('reach on a stage', () => {
  test('follows the slider row by row, and picking a row counts as looking', async () => {
    const stage = staged();
    const { getByRole, getByText } = await render(Reach, { stage });
    await expect
      .element(getByText('query 47 depends on 21 of 48 tokens: 27 to 47').last())
      .toBeVisible();
    const slider = getByRole('slider', { name: 'Query' });
    (slider.element() as HTMLElement).focus();
    await userEvent.keyboard('{ArrowLeft}');
    await expect
      .element(getByRole('img', { name: 'after layer 3: 6 tokens, 41 to 46' }))
      .toBeVisible();
    expect(stage.selection.lockedCell?.query).toBe(46);
    expect(stage.happened.selected).toBe(true);
  });
});

describe('the cache on a stage', () => {
  test('plays on request and stops at the last token', async () => {
    const stage = staged({ length: 8 });
    const { getByRole } = await render(Cache, { stage });
    const slider = getByRole('slider', { name: 'Tokens read' });
    await expect.element(slider).toHaveValue('8');
    expect(stage.happened.selected).toBe(false); // nothing moves by itself
    await getByRole('button', { name: 'Play' }).click();
    await expect.element(slider).not.toHaveValue('8');
    await expect.element(slider, { timeout: 6000 }).toHaveValue('8');
    await expect.element(getByRole('button', { name: 'Play' })).toBeVisible();
    await expect
      .element(getByRole('img', { name: 'Layer 1, ring of 6 slots: 6, 7, 2, 3, 4, 5' }))
      .toBeVisible();
  });
});

describe('cost against length on a stage', () => {
  test('can be read at any length with the keyboard, and has a table', async () => {
    const { getByRole, getByText } = await render(Lengths, { stage: staged({ length: 4096 }) });
    await expect
      .element(
        getByText('33,562,624 pairs, 100 % of all-global layers; × 4 for twice the tokens').last(),
      )
      .toBeVisible();
    await getByRole('radio', { name: 'KV cache' }).click();
    const slider = getByRole('slider', { name: 'T' });
    (slider.element() as HTMLElement).focus();
    await userEvent.keyboard('{End}');
    await expect.element(slider).toHaveAttribute('aria-valuetext', '16,384 tokens');
    await getByRole('button', { name: 'Table' }).click();
    await expect.element(getByRole('region', { name: 'Table of Cost by length' })).toBeVisible();
  });
});

test('keeps its costs if settings are impossible', async () => {
  const stage = staged();
  const { getByRole } = await render(Costs, { stage });
  const region = getByRole('group', { name: 'Costs' });
  await expect.element(region).toHaveTextContent('1,092');
  stage.change({ width: 100, heads: 3 });
  expect(stage.problem).toBeDefined();
  await expect.element(region).toHaveTextContent('1,092');
  stage.change({ width: 48, heads: 3, window: 4 });
  await expect.element(region).toHaveTextContent('744');
});

describe('accuracy by distance on a stage', () => {
  test('says what is missing, and is covered until a prediction is made', async () => {
    const shown = { show: ['distance'] };
    const { getByRole, rerender } = await render(Distance, { stage: staged(shown) });
    await expect.element(getByRole('status')).toHaveTextContent('Nothing has been trained yet');
    await rerender({ stage: staged(shown, true) });
    await expect.element(getByRole('status')).toHaveTextContent('Shown once you have predicted');
  });

  test('measures the runs on request', async () => {
    const stage = staged({ show: ['distance'] });
    const ask = vi.spyOn(stage.session, 'evaluate');
    const { getByRole } = await render(Distance, { stage });
    stage.train();
    await expect
      .element(getByRole('button', { name: 'Look now' }), { timeout: 6000 })
      .toBeVisible();
    await getByRole('button', { name: 'Look now' }).click();
    expect(ask).toHaveBeenCalled();
  });
});
