/** @file Our engine with all threads, seen from the page: one worker for each model. */
import type { Size, Steppable } from './models';
import type { Answer, Request } from './zebra.worker';

export async function zebraThreads(size: Size, plan: string): Promise<Steppable> {
  const worker = new Worker(new URL('./zebra.worker.ts', import.meta.url), { type: 'module' });
  const ask = (request: Request) =>
    new Promise<Answer>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Answer>) =>
        data.type === 'failed' ? reject(new Error(data.message)) : resolve(data);
      worker.onerror = (event) => reject(new Error(event.message || 'its worker did not start'));
      worker.postMessage(request);
    });
  try {
    const opened = await ask({ type: 'open', size, plan });
    if (opened.type !== 'opened') throw new Error(opened.type);
    return {
      peakBytes: opened.peakBytes,
      async step() {
        const stepped = await ask({ type: 'step' });
        return stepped.type === 'stepped' ? stepped.loss : NaN;
      },
      dispose: () => worker.terminate(),
    };
  } catch (cause) {
    worker.terminate();
    throw cause;
  }
}
