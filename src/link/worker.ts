/** @file When a worker is of no use any more. */

/**
 * Calls `dead` once, with the reason in words, when the script of `worker` could not be loaded or threw, or what it said
 * cannot be read. The worker is ended first: it would leave a question unanswered.
 */
export function whenDead(worker: Worker, dead: (why: string) => void): void {
  const end = (why: string) => {
    worker.onmessage = worker.onerror = worker.onmessageerror = null;
    worker.terminate();
    dead(why);
  };
  worker.onerror = ({ message }) => end(message || 'its script could not be loaded');
  worker.onmessageerror = () => end('it sent a message that could not be read');
}
