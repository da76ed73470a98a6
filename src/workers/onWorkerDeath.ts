/** @file Detects that a worker can no longer be used. */

/**
 * Calls `dead` once, with the reason in words, if the script of `worker` failed to load or threw, or sent a message
 * that cannot be read. The worker is terminated first, because it would no longer answer every question.
 */
export function onWorkerDeath(worker: Worker, dead: (why: string) => void): void {
  const end = (why: string) => {
    worker.onmessage = worker.onerror = worker.onmessageerror = null;
    worker.terminate();
    dead(why);
  };
  worker.onerror = ({ message }) => end(message || 'its script could not be loaded');
  worker.onmessageerror = () => end('it sent a message that could not be read');
}
