/**
 * @file The page's end of the connection: starts the worker, sends commands, hands events to the run or the job they
 * belong to.
 */
import { addresseeOf, type Command, type EngineEvent, type JobId, type RunId } from './protocol';
import type { Failure } from './runState';
import { onWorkerDeath } from '../onWorkerDeath';
import { siteRoot } from '../site';

export interface Engine {
  send(command: Command): void;
  /** Receives the events of one run or job, until the returned function is called. */
  listen(id: RunId | JobId, receive: (event: EngineEvent) => void): () => void;
  dispose(): void;
  /** Milliseconds for which the tab has been hidden so far: jobs waited meanwhile. */
  hiddenMs?(): number;
}

/**
 * `start` makes the worker; a worker that dies is reported to every run and job as failed, and started again by the
 * next `open` or `job`.
 */
export function connect(start: () => Worker): Engine {
  const listeners = new Map<RunId | JobId, (event: EngineEvent) => void>();
  let worker: Worker | undefined;
  let hiddenBefore = 0; // ms, without the current time
  let hiddenSince: number | undefined;

  const seen = () => {
    const { hidden } = document;
    if (hidden === (hiddenSince !== undefined)) return;
    if (hiddenSince !== undefined) hiddenBefore += performance.now() - hiddenSince;
    hiddenSince = hidden ? performance.now() : undefined;
    worker?.postMessage({ type: 'hidden', hidden } satisfies Command);
  };
  document.addEventListener('visibilitychange', seen);
  seen();

  const fail = (failure: Failure) => {
    worker = undefined;
    for (const [runId, receive] of listeners) {
      receive({ type: 'state', runId, state: { phase: 'failed', failure } });
    }
  };

  const ensure = () => {
    if (worker) return worker;
    worker = start();
    worker.onmessage = ({ data }: MessageEvent<EngineEvent>) =>
      listeners.get(addresseeOf(data))?.(data);
    onWorkerDeath(worker, (message) => fail({ kind: 'engineStopped', message }));
    if (document.hidden) worker.postMessage({ type: 'hidden', hidden: true } satisfies Command);
    return worker;
  };

  return {
    send(command) {
      if (command.type === 'open' || command.type === 'job')
        ensure().postMessage({ ...command, base: siteRoot() });
      else worker?.postMessage(command);
    },
    listen(id, receive) {
      listeners.set(id, receive);
      return () => {
        if (listeners.get(id) === receive) listeners.delete(id);
      };
    },
    hiddenMs: () =>
      hiddenBefore + (hiddenSince === undefined ? 0 : performance.now() - hiddenSince),
    dispose() {
      document.removeEventListener('visibilitychange', seen);
      worker?.terminate();
      worker = undefined;
      listeners.clear();
    },
  };
}
