import { beforeEach, describe, expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { page } from 'vitest/browser';
import App from '../../../src/app/App.svelte';
import '../../../src/app/base.css';
import '../../../src/app/tokens.css';
import { fakeEngine } from '../../fakes/fakeEngine';

/** A busy machine paints few frames. */
const SLOW = { timeout: 15_000 };

beforeEach(async () => {
  await page.viewport(1300, 900);
  history.replaceState(null, '', '#/lab?v=1');
});

describe('the Lab', () => {
  test('trains and pauses with one button, and counts steps', async () => {
    const { getByRole } = await render(App, { engine: fakeEngine({ prepareMs: 20, tickMs: 20 }) });
    await getByRole('button', { name: 'Train', exact: true }).click();
    await getByRole('button', { name: 'Pause', exact: true }).click();
    await expect.element(getByRole('button', { name: 'Train', exact: true })).toBeVisible();
    await expect
      .element(getByRole('status', { name: 'Training loss' }))
      .toHaveTextContent(/^\d\.\d{3}$/);
  });

  test('makes one step at a time', async () => {
    const { getByRole } = await render(App, { engine: fakeEngine({ prepareMs: 20 }) });
    await getByRole('button', { name: 'Step', exact: true }).click();
    await expect.element(getByRole('status', { name: 'Step count' })).toHaveTextContent('1');
    await getByRole('button', { name: 'Reset', exact: true }).click();
    await expect.element(getByRole('status', { name: 'Step count' })).toHaveTextContent('0');
  });

  test('shows a failure prominently, and starts again', async () => {
    const engine = fakeEngine({ prepareMs: 60_000 });
    const { getByRole, getByText } = await render(App, { engine });
    await expect.poll(() => engine.sent.length).toBeGreaterThan(0); // the page returns by itself
    const [command] = engine.sent;
    const runId = command?.type === 'open' ? command.runId : '';
    engine.emit({
      type: 'state',
      runId,
      state: { phase: 'failed', failure: { kind: 'error', message: 'the driver gave up' } },
    });
    await expect
      .element(getByText('the driver gave up. Press Reset to start again.'))
      .toBeVisible();
    await getByRole('button', { name: 'Reset the run' }).click();
    await expect.element(getByRole('button', { name: 'Train', exact: true })).toBeEnabled();
  });

  test('hides and locks what the URL says', async () => {
    history.replaceState(null, '', '#/lab?hide=width&lock=layers,plan');
    const { getByRole } = await render(App, { engine: fakeEngine() });
    await expect
      .element(getByRole('slider', { name: 'Width', exact: true }))
      .not.toBeInTheDocument();
    await expect.element(getByRole('slider', { name: 'Layers', exact: true })).toBeDisabled();
    await expect.element(getByRole('button', { name: /^Layer 1/ })).toBeDisabled();
  });

  test('updates the run and the URL when a setting changes', async () => {
    const { getByRole } = await render(App, { engine: fakeEngine({ prepareMs: 20 }) });
    await getByRole('spinbutton', { name: 'Layers, value' }).fill('2');
    await getByRole('spinbutton', { name: 'Seed' }).fill('7');
    await getByRole('button', { name: 'Share' }).click();
    await expect.poll(() => location.hash).toBe('#v=1&layers=2&seed=7');
    await expect
      .element(getByRole('img', { name: 'Attention of layer 3, head 1' }))
      .not.toBeInTheDocument();
  });

  test('adds layers one after another and removes them at once', async () => {
    const { container, getByRole } = await render(App, { engine: fakeEngine({ prepareMs: 20 }) });
    const rows = () => container.querySelectorAll('section.layer').length;
    await expect.poll(rows, SLOW).toBe(4);
    const grown: number[] = [];
    const watch = new MutationObserver(() => {
      if (rows() !== (grown.at(-1) ?? 4)) grown.push(rows());
    });
    watch.observe(container, { childList: true, subtree: true });
    await getByRole('spinbutton', { name: 'Layers, value' }).fill('8');
    await getByRole('spinbutton', { name: 'Seed' }).fill('7');
    await expect.poll(rows, SLOW).toBe(8);
    await getByRole('spinbutton', { name: 'Layers, value' }).fill('2');
    await getByRole('spinbutton', { name: 'Seed' }).fill('8');
    await expect.poll(rows, SLOW).toBe(2);
    watch.disconnect();
    expect(grown).toEqual([5, 6, 7, 8, 2]);
  });
});
