import { describe, expect, test } from 'vitest';
import { modelSpecOf } from '../../src/spec/model';
import { DEFAULTS } from '../../src/spec/controls';
import { layerCosts, modelCosts } from '../../src/state/costs';

const local = modelSpecOf({ ...DEFAULTS, plan: 'local', window: 8 });
const global = modelSpecOf({ ...DEFAULTS, plan: 'global' });

describe('the meters', () => {
  test('an all-global model costs 100 % of itself', () => {
    const { flopsNeeded, memory, cache } = modelCosts(global, 8);
    for (const { own, global } of [flopsNeeded, memory, cache]) expect(own).toBe(global);
  });
  test('the work of a kernel is unknown until the machine is known', () => {
    expect(modelCosts(local, 8).flopsDone).toBeUndefined();
    expect(modelCosts(local, 8, { kernel: 'host' }).flopsDone!.own).toBeGreaterThan(
      modelCosts(local, 8).flopsNeeded.own,
    );
  });
  test('reach grows by window - 1 with every local layer', () => {
    expect(layerCosts(local).map(({ reach }) => reach)).toEqual([8, 15, 22, 29]);
    expect(layerCosts(global)[0]!.reach).toBe(global.context);
  });
});
