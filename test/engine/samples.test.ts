/** @file Samples cost time, so the engine takes them only for pages that show them. */
import { expect, test } from 'vitest';
import { Engine } from '../../src/engine/engine';
import type { RunSpec } from '../../src/spec/run';
import type { EngineEvent } from '../../src/workers/train/protocol';
import { TINY_RUN } from '../support/tinyRun';

const spec: RunSpec = { ...TINY_RUN, backend: 'cpu' };

/** The messages of a run that was opened this way and took one step. */
async function stepped(samples: { readonly samples?: boolean }) {
  const events: EngineEvent[] = [];
  let look = () => {};
  const engine = new Engine((event) => {
    events.push(event);
    look();
  });
  const pausedAt = (step: number) =>
    new Promise<void>((resolve) => {
      look = () => {
        const last = events.findLast((event) => event.type === 'state')?.state;
        if (last?.phase === 'paused' && last.step === step) resolve();
      };
      look();
    });
  engine.receive({ type: 'open', runId: 'a', spec, ...samples });
  await pausedAt(0);
  engine.receive({ type: 'ask', runIds: ['a'], action: 'step' });
  await pausedAt(1);
  engine.receive({ type: 'close', runIds: ['a'] });
  return {
    losses: events.flatMap((event) =>
      event.type === 'metrics' ? event.steps.map(({ loss }) => loss) : [],
    ),
    validations: events.flatMap((event) => (event.type === 'validation' ? event.validation : [])),
    samples: events.filter(({ type }) => type === 'sample').length,
  };
}

test('a run whose page shows no samples takes none, and learns the same', async () => {
  const shown = await stepped({});
  expect(shown.samples).toBe(1);
  expect(await stepped({ samples: false })).toEqual({ ...shown, samples: 0 });
});
