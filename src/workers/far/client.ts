/** @file One count in a worker of its own, which ends with it. */
import type { Counted, FarAsked } from './protocol';
import { onWorkerDeath } from '../onWorkerDeath';
import { startWorker } from '../startWorker';
import script from './far.worker.ts?worker&url';

/** `alphabet`: the run's setting of that name, used to read the text. */
export function countFar(
  text: string,
  alphabet: string,
  { reach, context }: FarAsked,
): Promise<Counted> {
  const worker = startWorker(script, 'zebra-far');
  return new Promise<Counted>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Counted | { readonly problem: string }>) => {
      if ('problem' in data) reject(new Error(data.problem));
      else resolve(data);
    };
    onWorkerDeath(worker, (why) => reject(new Error(`The count stopped (${why}).`)));
    worker.postMessage({ text, alphabet, reach, context });
  }).finally(() => worker.terminate());
}
