/** @file The desk as a worker: one question in, one answer out. */
import { InputError } from '../../core/check';
import { Desk } from '../../masks/desk';
import type { Question } from '../../masks/questions';

const scope = globalThis as unknown as DedicatedWorkerGlobalScope;
const desk = new Desk(async () => {
  const { CaptureDesk } = await import('../../masks/capture/captureDesk');
  return new CaptureDesk();
});

scope.onmessage = ({ data }: MessageEvent<{ id: number; question: Question }>) => {
  const { id, question } = data;
  desk
    .answer(question)
    .then((answer) => {
      const transfer =
        'viewport' in answer
          ? [answer.cells.buffer]
          : 'bytes' in answer
            ? [answer.bytes.buffer]
            : [];
      scope.postMessage({ id, answer }, transfer);
    })
    .catch((error: unknown) => {
      const problem = error instanceof Error ? error.message : String(error);
      scope.postMessage({ id, problem, input: error instanceof InputError });
    });
};
