/** @file The planner's page while a length is dragged, which changes it some sixty times a second. */
import { tick } from 'svelte';
import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import PlannerPage from '../../../src/app/planner/PlannerPage.svelte';
import { Planner } from '../../../src/state/planner.svelte';

test('changing the length prices no model again, and changing the batch does', async () => {
  const planner = new Planner('v=1&model=gemma-3-27b&with=nemotron-3-super-120b&engine=vllm');
  const { getByLabelText } = await render(PlannerPage, { planner });
  const priced = () => planner.entries.map(({ at }) => at);
  const before = priced();
  planner.setLength(4096);
  await tick();
  await expect.element(getByLabelText('Length, in doublings')).toHaveValue('12');
  priced().forEach((at, i) => expect(at).toBe(before[i]));
  planner.change({ batch: 2 });
  await tick();
  priced().forEach((at, i) => expect(at).not.toBe(before[i]));
});
