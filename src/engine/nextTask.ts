/** @file Lets the worker receive messages: while the CPU computes, nothing else returns to its event loop. */

const channel = new MessageChannel();
const resumes: (() => void)[] = []; // of all engines
channel.port1.onmessage = () => resumes.shift()?.();

/** Resolves once every message that has arrived was handled. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    resumes.push(resolve);
    channel.port2.postMessage(undefined);
  });
}
