/** @file One count in a worker of its own, which ends with it. */
import type { FarAsked } from '../../state/far';
import { whenDead } from '../../link/worker';
import { startWorker } from '../../link/startWorker';
import script from './far.worker.ts?worker&url';

export interface Counted {
  readonly gain: number;
  readonly error: number;
  readonly characters: number; // held out, of the sample
}

export function countFar(text: string, { reach, context }: FarAsked): Promise<Counted> {
  const worker = startWorker(script, 'zebra-far');
  return new Promise<Counted>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Counted | { readonly problem: string }>) => {
      if ('problem' in data) reject(new Error(data.problem));
      else resolve(data);
    };
    whenDead(worker, (why) => reject(new Error(`The count stopped (${why}).`)));
    worker.postMessage({ text, reach, context });
  }).finally(() => worker.terminate());
}
