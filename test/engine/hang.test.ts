/**
 * @file No request waits for ever in the real engine when its device fails; the device is plain loops that a test
 * breaks.
 */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ComputingChoice } from '../../src/engine/computing';
import { Engine } from '../../src/engine/engine';
import { HOST_LIMITS } from '../../src/machines/backend';
import { hostMachine } from '../../src/machines/hostMachine';
import type { Action, EngineEvent, KeptFor } from '../../src/workers/train/protocol';
import { Trainer } from '../../src/train/trainer';
import { zebras } from '../../src/train/zebra';
import { TINY_RUN } from '../support/tinyRun';

const faults = vi.hoisted(() => [] as ComputingChoice['onFault'][]);
vi.mock('../../src/engine/computing', () => ({
  chooseComputing: ({ onFault }: ComputingChoice) => {
    faults.push(onFault);
    const info = { name: 'webgpu', kernel: 'host', device: 'a card', why: [] };
    return Promise.resolve({
      info: { ...info, limits: HOST_LIMITS },
      models: zebras(hostMachine()),
      fallible: true,
    });
  },
}));

const spec = TINY_RUN;
const never = () => new Promise<never>(() => {});
const breakDevice = () => faults.at(-1)!({ kind: 'lost', message: 'The device was lost.' });

/** An engine with one run, and its messages. */
async function opened() {
  const events: EngineEvent[] = [];
  const waiting = new Set<() => void>();
  const engine = new Engine(
    (event) => {
      events.push(event);
      for (const look of waiting) look();
    },
    { patience: 200 },
  );
  const of = <T extends EngineEvent['type']>(type: T) =>
    events.filter((event): event is Extract<EngineEvent, { type: T }> => event.type === type);
  const phases = () => of('state').map(({ state }) => state.phase);
  /** Handles every event: in Node a busy event loop delays timers by a thousand rounds. */
  const until = (ready: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!ready()) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  engine.receive({ type: 'open', runId: 'a', spec });
  await until(() => phases().at(-1) === 'paused');
  const runIds = ['a'];
  const ask = (action: Action, whose?: KeptFor) =>
    engine.receive({ type: 'ask', runIds, action, ...(whose && { whose }) });
  const close = () => engine.receive({ type: 'close', runIds });
  return { engine, of, phases, until, ask, close };
}

beforeEach(() => faults.splice(0));
afterEach(() => vi.restoreAllMocks());

test('a turn that a lost device never answers is given up, and the run continues', async () => {
  const { of, until, ask, close } = await opened();
  vi.spyOn(Trainer.prototype, 'advance').mockImplementationOnce(never);
  ask('run');
  await until(() => of('state').at(-1)!.state.phase === 'running');
  breakDevice();
  await until(() => of('metrics').length > 2);
  close();
});

test.each(['frame', 'evaluate', 'save'] as const)(
  'a %s request pending when the device is lost is answered by the new one',
  async (action) => {
    const { of, until, ask, close } = await opened();
    const broken = () => {
      breakDevice();
      return Promise.reject(new Error('the read was broken'));
    };
    vi.spyOn(Trainer.prototype, 'frame').mockImplementationOnce(broken);
    vi.spyOn(Trainer.prototype, 'evaluation').mockImplementationOnce(broken);
    vi.spyOn(Trainer.prototype, 'snapshot').mockImplementationOnce(broken);
    ask(action, 'person');
    const answer = { frame: 'frame', evaluate: 'evaluation', save: 'checkpoint' } as const;
    await until(() => of(answer[action]).length === 1);
    if (action === 'save') expect(of('checkpoint')[0]!.whose).toBe('person');
    close();
  },
);

test('a job that waits for an idle moment does not block the recovery of its run', async () => {
  const { engine, of, until, ask, close } = await opened();
  vi.spyOn(Trainer.prototype, 'frame').mockImplementationOnce(async () => {
    engine.receive({ type: 'job', jobId: 'job', job: { kind: 'probe', spec, changed: 3 } });
    await new Promise((resolve) => setTimeout(resolve, 30)); // the job is waiting now
    breakDevice();
    throw new Error('the read was broken');
  });
  for (const action of ['frame', 'evaluate'] as const) ask(action);
  await until(() => of('job').some(({ progress }) => progress.phase === 'ended'));
  expect(of('frame')).toHaveLength(1);
  close();
});

test('a waiting job is refused if a run begins to train', async () => {
  const { engine, of, until, ask, close } = await opened();
  // Steps that wait for a timer, so that the job's timer gets its turn.
  vi.spyOn(Trainer.prototype, 'advance').mockImplementation(
    () => new Promise((resolve) => setTimeout(resolve, 5)),
  );
  vi.spyOn(Trainer.prototype, 'frame').mockImplementationOnce(async function (this: Trainer) {
    engine.receive({ type: 'job', jobId: 'job', job: { kind: 'probe', spec, changed: 3 } });
    await new Promise((resolve) => setTimeout(resolve, 30));
    ask('run');
    return this.frame();
  });
  ask('frame');
  await until(() => of('job').length > 0);
  expect(of('job')[0]!.progress).toMatchObject({
    phase: 'failed',
    failure: { kind: 'busy', by: 'training' },
  });
  close();
});

test('a run that is opened before a lost device is replaced does not close the run that waits for it', async () => {
  const { engine, of, until, ask } = await opened();
  // It is queued before the recovery.
  engine.receive({ type: 'open', runId: 'b', spec });
  breakDevice();
  await until(() =>
    of('state').some(({ runId, state }) => runId === 'b' && state.phase === 'paused'),
  );
  ask('step');
  await until(() => of('metrics').some(({ runId }) => runId === 'a'));
  engine.receive({ type: 'close', runIds: ['a', 'b'] });
});
