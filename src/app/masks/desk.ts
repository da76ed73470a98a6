/** @file The page's end of the desk. */
import { InputError } from '../../core/check';
import type { Answer, Kind, Question } from '../../masks/desk';
import type { AskedDesk } from '../../state/answers.svelte';
import { startWorker } from '../startWorker';
import script from './desk.worker.ts?worker&url';

interface Reply {
  readonly id: number;
  readonly answer?: Answer;
  readonly problem?: string;
  readonly input?: boolean; // what was asked cannot be answered; nothing is broken
}

export function startDesk(): AskedDesk & { dispose(): void } {
  const worker = startWorker(script, 'zebra-masks');
  const open = new Map<number, (reply: Reply) => void>();
  let asked = 0;
  worker.onmessage = ({ data }: MessageEvent<Reply>) => {
    open.get(data.id)?.(data);
    open.delete(data.id);
  };
  worker.onerror = (event) => {
    const problem = `The masks' worker stopped (${event.message || 'its script could not be loaded'}). Reload the page.`;
    for (const [id, reply] of open) reply({ id, problem });
    open.clear();
  };
  return {
    ask: <K extends Kind>(question: Question<K>) =>
      new Promise<Answer<K>>((resolve, reject) => {
        const id = ++asked;
        open.set(id, ({ answer, problem, input }) => {
          if (problem === undefined) resolve(answer as Answer<K>);
          else reject(input ? new InputError(problem) : new Error(problem));
        });
        const bytes = 'bytes' in question ? [question.bytes.buffer] : [];
        worker.postMessage({ id, question }, bytes);
      }),
    dispose: () => worker.terminate(),
  };
}
