/** @file A job waits while its tab is hidden, and continues by itself. */
import { expect, test, vi } from 'vitest';
import { Engine } from '../../src/engine/engine';
import { DEFAULTS } from '../../src/spec/controls';
import type { RunSpec } from '../../src/spec/run';
import type { EngineEvent } from '../../src/workers/train/protocol';

const spec: RunSpec = {
  ...DEFAULTS,
  backend: 'cpu',
  task: 'needle',
  distance: 6,
  context: 12,
  window: 4,
  chunk: 4,
  layers: 2,
  width: 8,
  heads: 2,
  batch: 2,
};

test('a job stops between two steps while the tab is hidden, and continues when it is shown', async () => {
  const events: EngineEvent[] = [];
  const engine = new Engine((event) => {
    events.push(event);
    if (events.length === 2) engine.receive({ type: 'hidden', hidden: true });
  });
  const ended = () => events.at(-1)?.type === 'job' && JSON.stringify(events.at(-1));
  const job = { kind: 'repeat', specs: [spec], steps: 60, validateAt: [] } as const;
  engine.receive({ type: 'job', jobId: 'job', job });
  await vi.waitFor(() => expect(events.length).toBeGreaterThan(1), 60_000);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(events).toHaveLength(2);
  engine.receive({ type: 'hidden', hidden: false });
  await vi.waitFor(() => expect(ended()).toContain('"why":"complete"'), 60_000);
});

test('a job that waits can be cancelled', async () => {
  const events: EngineEvent[] = [];
  const engine = new Engine((event) => void events.push(event));
  engine.receive({ type: 'hidden', hidden: true });
  const job = { kind: 'repeat', specs: [spec], steps: 60, validateAt: [] } as const;
  engine.receive({ type: 'job', jobId: 'job', job });
  await vi.waitFor(() => expect(events).toHaveLength(1), 60_000);
  engine.receive({ type: 'cancel', jobId: 'job' });
  await vi.waitFor(
    () => expect(events.at(-1)).toMatchObject({ progress: { phase: 'ended', why: 'cancelled' } }),
    60_000,
  );
});
