import { expect, test } from 'vitest';
import { Workbench } from '../../src/state/workbench.svelte';

test('a mask of the last tokens of a text never gets more queries than tokens', () => {
  const workbench = new Workbench('T=16&queries=4&layer=causal');
  workbench.setTokens(8);
  expect(workbench.mask).toMatchObject({ keys: 8, queries: 4 });
  workbench.setTokens(3);
  expect(workbench.mask).toMatchObject({ keys: 3, queries: 3 });
  expect(workbench.query).toBe('v=1&T=3&layer=causal');
  workbench.undo();
  expect(workbench.mask).toMatchObject({ keys: 8, queries: 4 });
});

test('a mask of two sequences keeps its queries when the number of keys changes', () => {
  const workbench = new Workbench('T=8&queries=12&layer=!padding(2,%200)');
  workbench.setTokens(5);
  expect(workbench.mask).toMatchObject({ keys: 5, queries: 12 });
});
