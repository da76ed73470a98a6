import { describe, expect, test } from 'vitest';
import { Selection } from '../../src/state/selection.svelte';

const at = (query: number, key: number) => ({ layer: 0, head: 0, query, key });

describe('a selection', () => {
  test('follows the pointer, and disappears with it', () => {
    const selection = new Selection();
    selection.peek(at(5, 2));
    expect(selection.cell).toEqual(at(5, 2));
    selection.peek(undefined);
    expect(selection.cell).toBeUndefined();
  });

  test('keeps its query when locked, while the key still follows', () => {
    const selection = new Selection();
    selection.lock(at(5, 2));
    selection.peek({ layer: 3, head: 1, query: 9, key: 7 });
    expect(selection.cell).toEqual({ layer: 3, head: 1, query: 5, key: 7 });
    selection.peek(undefined);
    expect(selection.cell).toEqual(at(5, 2));
  });

  test('is freed by a second click on the same query', () => {
    const selection = new Selection();
    selection.peek(at(5, 2));
    selection.lock(at(5, 2));
    selection.lock(at(5, 3));
    expect(selection.locked).toBe(false);
  });

  test('disappears if the model no longer has its cell', () => {
    const selection = new Selection();
    selection.lock(at(60, 2));
    selection.fit(4, 4, 64);
    expect(selection.locked).toBe(true);
    selection.fit(4, 4, 32);
    expect(selection.locked).toBe(false);
  });
});
