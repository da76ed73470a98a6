/** @file Questions to the desk's worker and their answers. Every question gets an answer or a refusal with a reason. */
import { InputError } from '../../core/check';
import { onWorkerDeath } from '../onWorkerDeath';
import type { Answer, Kind, Question } from '../../masks/questions';

/** Answers questions about masks: a worker, or, in tests, immediately. */
export interface AskedDesk {
  ask<K extends Kind>(question: Question<K>): Promise<Answer<K>>;
}

interface Reply {
  readonly id: number;
  readonly answer?: Answer;
  readonly problem?: string;
  readonly input?: boolean; // the question cannot be answered, but nothing is broken
}

const LEFT = 'The page of the masks was left.';

/** `start` makes the worker; the next question after it died starts another one. */
export function askDesk(start: () => Worker): AskedDesk & { dispose(): void } {
  const open = new Map<number, (reply: Reply) => void>();
  let worker: Worker | undefined;
  let asked = 0;
  let over = false; // the page was left

  const refuseAll = (problem: string) => {
    worker = undefined;
    const refused = [...open];
    open.clear();
    for (const [id, reply] of refused) reply({ id, problem });
  };

  const ensure = () => {
    if (worker) return worker;
    worker = start();
    worker.onmessage = ({ data }: MessageEvent<Reply>) => {
      open.get(data.id)?.(data);
      open.delete(data.id);
    };
    onWorkerDeath(worker, (why) => refuseAll(`The masks' worker stopped (${why}). Try again.`));
    return worker;
  };

  ensure(); // so that it is there when the first question comes
  return {
    ask: <K extends Kind>(question: Question<K>) =>
      new Promise<Answer<K>>((resolve, reject) => {
        if (over) throw new Error(LEFT);
        const id = ++asked;
        const bytes =
          'files' in question ? [...new Set(question.files.map((one) => one.bytes.buffer))] : [];
        ensure().postMessage({ id, question }, bytes); // rejects if it cannot be sent
        open.set(id, ({ answer, problem, input }) => {
          if (problem === undefined) resolve(answer as Answer<K>);
          else reject(input ? new InputError(problem) : new Error(problem));
        });
      }),
    dispose() {
      over = true;
      worker?.terminate();
      refuseAll(LEFT);
    },
  };
}
