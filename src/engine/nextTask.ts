/** @file Lets messages in: on the processor nothing else gives the worker's queue a turn. */

const channel = new MessageChannel();
const resumes: (() => void)[] = []; // of all engines
channel.port1.onmessage = () => resumes.shift()?.();

/** Resolves once every message that has arrived is dealt with. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    resumes.push(resolve);
    channel.port2.postMessage(undefined);
  });
}
