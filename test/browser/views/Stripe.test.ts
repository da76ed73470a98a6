import { describe, expect, test, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { userEvent } from 'vitest/browser';
import Stripe from '../../../src/views/Stripe/Stripe.svelte';

const local = { pattern: 'local', params: { window: 16 } };

describe('a stripe', () => {
  test('says its layer, its pattern and its window', async () => {
    const { getByRole } = await render(Stripe, { index: 1, layer: local });
    await expect.element(getByRole('button', { name: /Layer 2: Local, W 16/ })).toBeVisible();
  });

  test('is changed with the keyboard alone', async () => {
    const onchoose = vi.fn();
    const { getByRole } = await render(Stripe, { index: 0, layer: local, onchoose });
    const button = getByRole('button', { name: /Layer 1/ });
    (button.element() as HTMLElement).focus();
    await userEvent.keyboard('{ArrowDown}');
    await expect.element(getByRole('radio', { name: /Local/ })).toHaveFocus();
    await userEvent.keyboard('{ArrowDown}');
    expect(onchoose).toHaveBeenCalledExactlyOnceWith('A');
    await userEvent.keyboard('{Escape}');
    await expect.element(getByRole('radio')).not.toBeInTheDocument();
    await expect.element(button).toHaveFocus();
  });

  test('is closed by a click elsewhere', async () => {
    const { getByRole } = await render(Stripe, { index: 0, layer: local });
    await getByRole('button', { name: /Layer 1/ }).click();
    await expect.element(getByRole('radio', { name: /Global/ })).toBeInTheDocument();
    await userEvent.click(document.body, { position: { x: 2, y: 2 } });
    await expect.element(getByRole('radio')).not.toBeInTheDocument();
  });

  test('that is locked does not open', async () => {
    const { getByRole } = await render(Stripe, { index: 0, layer: local, locked: true });
    await expect.element(getByRole('button', { name: /Layer 1/ })).toBeDisabled();
  });
});
