import { describe, expect, test, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { userEvent } from 'vitest/browser';
import '../../../src/app/base.css';
import '../../../src/app/tokens.css';
import { modelSpecOf } from '../../../src/spec/model';
import { DEFAULTS } from '../../../src/spec/controls';
import AttentionMap from '../../../src/views/AttentionMap/AttentionMap.svelte';
import { fakeFrame } from '../../fakes/fakeEngine';

const model = modelSpecOf(DEFAULTS);
const T = model.context;

function cellsOf(step: number, head: number) {
  const { layers, size } = fakeFrame(model, step);
  const { weights, mask } = layers[0]!;
  return { mask, weights: weights.subarray(head * size * size, (head + 1) * size * size) };
}

const bytes = (canvas: Element) =>
  (canvas as HTMLCanvasElement)
    .getContext('2d')!
    .getImageData(0, 0, (canvas as HTMLCanvasElement).width, (canvas as HTMLCanvasElement).height)
    .data;
const colours = (canvas: Element) => new Set(new Uint32Array(bytes(canvas).buffer)).size;

describe('an attention map', () => {
  test('is blank before the first frame and already has its size', async () => {
    const { getByRole } = await render(AttentionMap, { layer: 0, head: 0, T });
    const canvas = getByRole('img', {
      name: 'Attention of layer 1, head 1',
    }).element() as HTMLCanvasElement;
    await expect.poll(() => canvas.width).toBe(T);
    expect(colours(canvas)).toBe(1);
    expect(bytes(canvas)[3]).toBe(255); // painted
  });

  test('shows its weights, and repaints when a new frame arrives', async () => {
    const { getByRole, rerender } = await render(AttentionMap, {
      layer: 0,
      head: 1,
      T,
      ...cellsOf(0, 1),
    });
    const canvas = getByRole('img', { name: 'Attention of layer 1, head 2' }).element();
    await expect.poll(() => colours(canvas)).toBeGreaterThan(10);
    const before = bytes(canvas);
    await rerender({ layer: 0, head: 1, T, ...cellsOf(200, 1) });
    await expect.poll(() => bytes(canvas).some((byte, i) => byte !== before[i])).toBe(true);
  });

  test('peeks under the pointer and locks on a click', async () => {
    const onpeek = vi.fn();
    const onlock = vi.fn();
    const { getByRole } = await render(AttentionMap, {
      layer: 0,
      head: 0,
      T,
      ...cellsOf(50, 0),
      onpeek,
      onlock,
    });
    const canvas = getByRole('img').element();
    const { width, height } = canvas.getBoundingClientRect();
    await userEvent.click(canvas, { position: { x: (10.5 / T) * width, y: (40.5 / T) * height } });
    expect(onpeek).toHaveBeenCalledWith({ query: 40, key: 10 });
    expect(onlock).toHaveBeenCalledWith({ query: 40, key: 10 });
  });

  test('moves with the arrow keys, locks with Enter and frees with Esc', async () => {
    const [onmove, onlock, onfree] = [vi.fn(), vi.fn(), vi.fn()];
    const { getByRole } = await render(AttentionMap, {
      layer: 2,
      head: 0,
      T,
      ...cellsOf(50, 0),
      query: 20,
      key: 5,
      onmove,
      onlock,
      onfree,
    });
    (getByRole('slider').element() as HTMLElement).focus();
    await userEvent.keyboard('{ArrowDown}{ArrowLeft}{End}{Enter}{Escape}');
    expect(onmove.mock.calls).toEqual([
      [{ query: 21, key: 5 }],
      [{ query: 20, key: 4 }],
      [{ query: 20, key: 20 }],
    ]);
    expect(onlock).toHaveBeenCalledWith({ query: 20, key: 5 });
    expect(onfree).toHaveBeenCalledOnce();
  });
});
