/** @file The desk in a worker: a question comes, its answer goes. */
import { Desk, type Question } from '../../masks/desk';

const scope = globalThis as unknown as DedicatedWorkerGlobalScope;
const desk = new Desk();

scope.onmessage = ({ data }: MessageEvent<{ id: number; question: Question }>) => {
  const { id, question } = data;
  try {
    const answer = desk.answer(question);
    const transfer = 'view' in answer ? [answer.cells.buffer] : [];
    scope.postMessage({ id, answer }, transfer);
  } catch (error) {
    scope.postMessage({ id, problem: error instanceof Error ? error.message : String(error) });
  }
};
