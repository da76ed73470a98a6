/** @file One count in a worker of its own, which ends with it. */
import type { FarAsked } from '../../state/far';

export interface Counted {
  readonly gain: number;
  readonly error: number;
  readonly characters: number; // held out, of the sample
}

export function countFar(text: string, { reach, context }: FarAsked): Promise<Counted> {
  const worker = new Worker(new URL('./far.worker.ts', import.meta.url), {
    type: 'module',
    name: 'zebra-far',
  });
  return new Promise<Counted>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Counted | { readonly problem: string }>) => {
      if ('problem' in data) reject(new Error(data.problem));
      else resolve(data);
    };
    worker.onerror = ({ message }) =>
      reject(new Error(`The count stopped (${message || 'its script could not be loaded'}).`));
    worker.postMessage({ text, reach, context });
  }).finally(() => worker.terminate());
}
