/** @file A worker that records its messages, and sends and does what a test wants. */

export class FakeWorker {
  onmessage: ((event: MessageEvent) => void) | null = null;
  onerror: ((event: ErrorEvent) => void) | null = null;
  onmessageerror: (() => void) | null = null;
  readonly told: unknown[] = [];
  ended = false;

  postMessage(message: unknown): void {
    if (!this.ended) this.told.push(message); // a worker that ended receives nothing, and the sender is not told
  }

  terminate(): void {
    this.ended = true;
  }

  say(data: unknown): void {
    this.onmessage?.({ data } as MessageEvent);
  }

  crash(message = ''): void {
    this.onerror?.({ message } as ErrorEvent);
  }

  garble(): void {
    this.onmessageerror?.();
  }
}

/** Starts fake workers, and lists all of them. */
export function fakeWorkers() {
  const workers: FakeWorker[] = [];
  const start = () => {
    workers.push(new FakeWorker());
    return workers.at(-1) as unknown as Worker;
  };
  return { workers, start };
}

/** The ways in which a worker dies, with a description. */
export const DEATHS = [
  ['a script that throws', (worker: FakeWorker) => worker.crash('out of memory'), 'out of memory'],
  ['a script that does not load', (worker: FakeWorker) => worker.crash(), 'could not be loaded'],
  ['a garbled message', (worker: FakeWorker) => worker.garble(), 'could not be read'],
] as const;
