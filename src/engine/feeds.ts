/** @file The batches a run is trained and tested on: examples of a task, or pieces of a text that is fetched first. */
import { makeFeed, type Feed } from '../data/batches';
import { checkContext } from '../data/corpus';
import { localReach, packingOf, sourceOf, type RunSpec } from '../spec/run';
import { corpusOf } from './corpora';

interface FeedChoice {
  readonly spec: RunSpec;
  /** The user's own text, if the settings use it. */
  readonly text?: string | undefined;
  /** The URL that paths of prepared texts are relative to; by default the worker's own. */
  readonly base?: string | undefined;
}

/** Rejects if the text cannot be fetched or is too short for the context. */
export async function feedOf({ spec, text, base }: FeedChoice): Promise<Feed> {
  const source = sourceOf(spec);
  const options = {
    T: spec.context,
    batch: spec.batch,
    distance: spec.distance,
    seed: spec.seed,
    reach: localReach(spec),
    packed: packingOf(spec) !== 'off',
  };
  if (source.kind === 'task') return makeFeed(source, options);
  const corpus = await corpusOf(source, text, base ?? globalThis.location.href);
  checkContext(corpus, spec.context);
  return makeFeed(source, { ...options, corpus });
}
