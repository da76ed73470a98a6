import { describe, expect, test, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { userEvent } from 'vitest/browser';
import '../../../src/app/tokens.css';
import '../../../src/app/signs.css';
import '../../../src/app/base.css';
import Stripe from '../../../src/views/Stripe/Stripe.svelte';

const local = { pattern: 'local', params: { window: 16 } };

describe('a stripe', () => {
  test.each([
    ['global', 'rgb(20, 20, 19)', 'rgb(255, 255, 255)'],
    ['local', 'rgb(255, 255, 255)', 'rgb(20, 20, 19)'],
  ])('is black or white and outlined in ink in every theme: %s', async (pattern, fill, text) => {
    const root = document.documentElement.style;
    // As in the dark theme.
    root.setProperty('--ink', '#f3f1ea');
    root.setProperty('--panel', '#1b1a19');
    const layer = { pattern, params: pattern === 'local' ? { window: 16 } : {} };
    const { getByRole } = await render(Stripe, { index: 0, T: 64, layer });
    const style = getComputedStyle(getByRole('button', { name: /Layer 1/ }).element());
    expect(style.backgroundColor).toBe(fill);
    expect(style.color).toBe(text);
    expect(style.borderColor).toBe('rgb(243, 241, 234)');
    expect(style.borderStyle).toBe('solid');
    root.removeProperty('--ink');
    root.removeProperty('--panel');
  });

  test('of a window as wide as the text says so and is black', async () => {
    const { getByRole } = await render(Stripe, { index: 1, T: 16, layer: local });
    const button = getByRole('button', {
      name: /Layer 2: Local, W 16 ≥ T, reads everything: the window is as wide as the text/,
    });
    await expect.element(button).toBeVisible();
    expect(getComputedStyle(button.element()).backgroundColor).toBe('rgb(20, 20, 19)');
  });

  test('names its layer, its pattern and its window', async () => {
    const { getByRole } = await render(Stripe, { index: 1, T: 64, layer: local });
    await expect.element(getByRole('button', { name: /Layer 2: Local, W 16/ })).toBeVisible();
  });

  test('is changed with the keyboard alone', async () => {
    const onchoose = vi.fn();
    const { getByRole } = await render(Stripe, { index: 0, T: 64, layer: local, onchoose });
    const button = getByRole('button', { name: /Layer 1/ });
    (button.element() as HTMLElement).focus();
    await userEvent.keyboard('{ArrowDown}');
    await expect.element(getByRole('radio', { name: /^Local/ })).toHaveFocus();
    await userEvent.keyboard('{ArrowDown}');
    expect(onchoose).toHaveBeenCalledExactlyOnceWith('A');
    await userEvent.keyboard('{Escape}');
    await expect.element(getByRole('radio')).not.toBeInTheDocument();
    await expect.element(button).toHaveFocus();
  });

  test('closes its menu on a click elsewhere', async () => {
    const { getByRole } = await render(Stripe, { index: 0, T: 64, layer: local });
    await getByRole('button', { name: /Layer 1/ }).click();
    await expect.element(getByRole('radio', { name: /Global/ })).toBeInTheDocument();
    await userEvent.click(document.body, { position: { x: 2, y: 2 } });
    await expect.element(getByRole('radio')).not.toBeInTheDocument();
  });

  test('does not open if it is locked', async () => {
    const { getByRole } = await render(Stripe, { index: 0, T: 64, layer: local, locked: true });
    await expect.element(getByRole('button', { name: /Layer 1/ })).toBeDisabled();
  });
});
