/**
 * @file The connection to the generation worker. A worker that died is replaced at the next command and given the model
 * again.
 */
import { onWorkerDeath } from '../onWorkerDeath';
import type { WritingCommand, WritingEvent } from './protocol';

export interface ScribeWire {
  send(command: WritingCommand): void;
  /** Called once; `receive` gets all events of the worker. */
  listen(receive: (event: WritingEvent) => void): void;
}

/** `start` makes the worker. */
export function connectScribe(start: () => Worker): ScribeWire & { dispose(): void } {
  let worker: Worker | undefined;
  let over = false; // the page was left
  let model: WritingCommand | undefined;
  let receive: (event: WritingEvent) => void = () => {};

  const ensure = () => {
    if (worker) return worker;
    worker = start();
    worker.onmessage = ({ data }: MessageEvent<WritingEvent>) => receive(data);
    onWorkerDeath(worker, (why) => {
      worker = undefined;
      const message = `The worker that writes stopped (${why}). Press Generate to begin again.`;
      receive({ type: 'problem', message });
    });
    if (model) worker.postMessage(model);
    return worker;
  };

  ensure(); // so that it is there when the first command comes
  return {
    send(command) {
      if (over) return; // no listeners are left
      const present = ensure();
      if (command.type === 'load') model = command;
      present.postMessage(command);
    },
    listen: (given) => (receive = given),
    dispose() {
      over = true;
      worker?.terminate();
      worker = undefined;
    },
  };
}
