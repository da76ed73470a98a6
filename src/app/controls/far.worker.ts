/** @file Counts what reading far is worth in a person's own text, away from the page and from the training. */
import { corpusOfText } from '../../data/corpus';
import { farOfSample } from '../../data/far/far';
import type { FarAsked } from '../../state/far';

const scope = globalThis as unknown as DedicatedWorkerGlobalScope;

scope.onmessage = ({ data }: MessageEvent<FarAsked & { text: string }>) => {
  try {
    scope.postMessage(farOfSample(corpusOfText(data.text), data.reach, data.context));
  } catch (error) {
    scope.postMessage({ problem: error instanceof Error ? error.message : String(error) });
  }
};
