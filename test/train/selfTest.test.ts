/** @file The self-test names the first wrong operation, waits for no answer in between, and leaves nothing behind. */
import { expect, test } from 'vitest';
import { hostMachine } from '../../src/machines/hostMachine';
import type { Machine, Session } from '../../src/machines/machine';
import { selfTest, tinyLayers } from '../../src/train/selfTest';

const LAYERS = tinyLayers(new Set(['run']));

/** Plain loops behind `wrap`, and how many of their sessions were disposed. */
function loops(wrap: (session: Session) => Partial<Session>) {
  const seen = { disposed: 0 };
  const machine: Machine = {
    kernel: 'host',
    async open(bundle) {
      const session = await hostMachine().open(bundle);
      return {
        bytes: session.bytes,
        write: session.write.bind(session),
        run: session.run.bind(session),
        read: session.read.bind(session),
        settled: session.settled.bind(session),
        ...wrap(session),
        dispose() {
          seen.disposed++;
          session.dispose();
        },
      };
    },
  };
  return { machine, seen };
}

test('a program is handed over whole; its answers are awaited together', async () => {
  let [waiting, most] = [0, 0];
  const { machine, seen } = loops((session) => ({
    async read(part, program) {
      most = Math.max(most, ++waiting);
      const copy = await session.read(part, program);
      await new Promise((resolve) => setTimeout(resolve));
      waiting--;
      return copy;
    },
  }));
  await selfTest(machine, LAYERS);
  expect(most).toBeGreaterThan(50);
  expect(seen.disposed).toBe(1);
});

test('of several wrong operations the first one is named', async () => {
  let runs = 0;
  const { machine, seen } = loops((session) => ({
    run(program, values, only) {
      session.run(program, values, only);
      runs++;
    },
    async read(part, program) {
      const wrong = runs > 1; // all but the embedding
      const copy = await session.read(part, program);
      return wrong ? copy.fill(7) : copy;
    },
  }));
  await expect(selfTest(machine, LAYERS)).rejects.toThrow(/^rmsNorm is off by/);
  expect(seen.disposed).toBe(1);
});

test('a device lost while many answers are due is reported once, and the session is disposed', async () => {
  let reads = 0;
  const { machine, seen } = loops((session) => ({
    read: (part, program) =>
      ++reads > 5 ? Promise.reject(new Error(`lost ${reads}`)) : session.read(part, program),
  }));
  await expect(selfTest(machine, LAYERS)).rejects.toThrow(/^lost 6$/);
  expect(reads).toBeGreaterThan(50);
  expect(seen.disposed).toBe(1);
});
