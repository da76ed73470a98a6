/** @file The page's end of the wire: starts the worker, sends commands, hands events to the run they belong to. */
import type { Command, EngineEvent, RunId } from './protocol';
import { whenDead } from './worker';

export interface Engine {
  send(command: Command): void;
  /** Events of one run, until the returned function is called. */
  listen(runId: RunId, receive: (event: EngineEvent) => void): () => void;
  dispose(): void;
}

/** `start` makes the worker; a worker that dies is reported to every run as failed, and started afresh by the next `open`. */
export function connect(start: () => Worker): Engine {
  const listeners = new Map<RunId, (event: EngineEvent) => void>();
  let worker: Worker | undefined;

  const fail = (message: string) => {
    worker = undefined;
    for (const [runId, receive] of listeners) {
      receive({ type: 'state', runId, state: { phase: 'failed', message } });
    }
  };

  const ensure = () => {
    if (worker) return worker;
    worker = start();
    worker.onmessage = ({ data }: MessageEvent<EngineEvent>) => listeners.get(data.runId)?.(data);
    whenDead(worker, (why) => fail(`The engine stopped (${why}). Press Reset to start it again.`));
    return worker;
  };

  return {
    send(command) {
      if (['open', 'repeat', 'probe', 'adapt'].includes(command.type))
        ensure().postMessage({ ...command, base: document.baseURI });
      else if (command.type === 'sweep') ensure().postMessage(command);
      else worker?.postMessage(command);
    },
    listen(runId, receive) {
      listeners.set(runId, receive);
      return () => {
        if (listeners.get(runId) === receive) listeners.delete(runId);
      };
    },
    dispose() {
      worker?.terminate();
      worker = undefined;
      listeners.clear();
    },
  };
}
