/** @file Counts what reading far gains in the user's own text, off the main thread and separate from training. */
import { lettersOf } from '../../data/alphabet';
import { corpusOfText } from '../../data/ownText';
import { farOfSample } from '../../data/far/far';
import type { FarAsked } from './protocol';

const scope = globalThis as unknown as DedicatedWorkerGlobalScope;

scope.onmessage = ({ data }: MessageEvent<FarAsked & { text: string; alphabet: string }>) => {
  try {
    const letters = lettersOf(data.alphabet);
    const corpus = corpusOfText(data.text, letters);
    scope.postMessage(farOfSample(corpus, data.reach, data.context, letters));
  } catch (error) {
    scope.postMessage({ problem: error instanceof Error ? error.message : String(error) });
  }
};
