import { expect, test } from 'vitest';
import { hostMachine } from '../../src/machines/hostMachine';
import type { Engine } from '../../src/workers/train/client';
import type { Command, EngineEvent } from '../../src/workers/train/protocol';
import type { SweepRow } from '../../src/workers/train/jobs';
import { trainingMemory } from '../../src/model/memory';
import { kvCacheBytes } from '../../src/spec/cost';
import { modelSpecOf } from '../../src/spec/model';
import { DEFAULTS } from '../../src/spec/controls';
import { Sweep } from '../../src/state/sweep.svelte';
import { sweep } from '../../src/train/sweep';
import { zebras } from '../../src/train/zebra';

const spec = { ...DEFAULTS, width: 16, heads: 2, layers: 2, window: 8 };
const ROOM = { total: 1e9, largestTensor: 1e9 };
const all = async (rows: AsyncGenerator<SweepRow>) => {
  const list: SweepRow[] = [];
  for await (const row of rows) list.push(row);
  return list;
};

test('every plan is measured at every context, short ones first: time, memory as predicted, the cache as counted', async () => {
  const options = { spec, plans: ['global', 'local', 'grouped'], contexts: [16, 64] };
  const rows = await all(sweep(zebras(hostMachine()), ROOM, options, () => false));
  expect(rows.map(({ plan, context }) => `${plan} ${context}`)).toEqual([
    'global 16',
    'local 16',
    'grouped 16',
    'global 64',
    'local 64',
    'grouped 64',
  ]);
  for (const { plan, context, stepMs, steps, bytes, tokenMs, cacheBytes } of rows) {
    const model = modelSpecOf({ ...spec, plan, context });
    expect(stepMs).toBeGreaterThan(0);
    expect(steps).toBeGreaterThan(0);
    expect(tokenMs).toBeGreaterThan(0);
    expect(bytes).toBe(trainingMemory(model, 1, 'host').peak);
    expect(cacheBytes).toBe(kvCacheBytes(model));
  }
});

test('a size that does not fit is reported, and the others are measured', async () => {
  const room = {
    total: trainingMemory(modelSpecOf({ ...spec, context: 16 }), 1).peak,
    largestTensor: 1e9,
  };
  const options = { spec, plans: ['grouped'], contexts: [16, 512] };
  const rows = await all(sweep(zebras(hostMachine()), room, options, () => false));
  expect(rows[0]!.stepMs).toBeGreaterThan(0);
  expect(rows[1]!.why).toMatch(/training this model needs about .* this device allows/);
});

test('the sweep stops when cancelled', async () => {
  let asked = 0;
  const options = { spec, plans: ['global'], contexts: [16, 32, 64] };
  const rows = await all(sweep(zebras(hostMachine()), ROOM, options, () => ++asked > 12));
  expect(rows.length).toBeLessThan(3);
});

test('the page knows its progress, and estimates its duration', () => {
  const sent: Command[] = [];
  let hear: (event: EngineEvent) => void = () => {};
  let clock = 0;
  const engine: Engine = {
    send: (command) => sent.push(command),
    listen: (_, to) => {
      hear = to;
      return () => (hear = () => {});
    },
    dispose: () => {},
  };
  const page = new Sweep(engine, () => clock);
  page.start(spec, ['global', 'local'], [100, 300]);
  const row = (context: number, done: number) =>
    hear({
      type: 'job',
      jobId: 'sweep 1',
      kind: 'sweep',
      progress: {
        phase: 'row',
        row: { plan: 'global', context, stepMs: 1 },
        kernel: 'simd',
        done,
        total: 4,
      },
    });
  clock = 2000;
  row(100, 1);
  expect(page.secondsLeft).toBeCloseTo((2 / 100) * 700, 6);
  expect([page.done, page.total, page.phase]).toEqual([1, 4, 'measuring']);
  page.cancel();
  const ended = { phase: 'ended', why: 'cancelled' } as const;
  hear({ type: 'job', jobId: 'sweep 1', kind: 'sweep', progress: ended });
  expect(page.phase).toBe('cancelled');
  const [asked, cancelled] = sent;
  expect(asked).toMatchObject({
    type: 'job',
    job: { kind: 'sweep', plans: ['global', 'local'], contexts: [100, 300] },
  });
  expect(cancelled).toEqual({ type: 'cancel', jobId: (asked as { jobId: string }).jobId });
});
