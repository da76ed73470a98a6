import type { Mask } from '../../attention/mask';
import { sayRuns } from '../../attention/runs';
import { eachLayer, windowOf } from '../measure';
import { positionOf } from '../../attention/mask';
import { defineLint, type Found } from '../subject';
import { timelineOf, type Cache } from '../analysis/cache';
import { disagreementsOf } from '../analysis/decode';

export default defineLint({
  id: 'L11',
  order: 11,
  label: 'Mask and cache disagree',
  summary:
    'A decoder that reads from its cache sees other keys than the mask of the prefill lets through.',
  thread: 'https://github.com/huggingface/transformers/issues/37574',
  check: (subject) =>
    eachLayer(subject, (mask, layer) => {
      const cache = subject.caches?.[layer];
      if (!cache) return undefined;
      const local = windowOf(subject.declared, layer) !== undefined;
      return otherKeys(mask, cache) ?? (local ? neverEvicts(mask, cache) : undefined);
    }),
});

function otherKeys(mask: Mask, cache: Cache): Found | undefined {
  const { first } = disagreementsOf(mask, cache);
  if (!first) return undefined;
  const { query, missing, extra } = first;
  if (missing.length > 0)
    return {
      cell: { query, key: missing[0]! },
      what: `At step ${positionOf(mask, query)} the mask reads key ${sayRuns(missing)}, which the cache has dropped.`,
      consequence:
        'What is written token by token differs from what a whole prompt gives, from the first wrap of the ring on.',
      fix: 'Give the ring as many slots as the mask reads keys, the query itself included.',
      ...(cache.kind === 'ring' && {
        thread: 'https://github.com/ml-explore/mlx-lm/issues/390',
      }),
    };
  return {
    cell: { query, key: extra[0]! },
    what: `At step ${positionOf(mask, query)} the decoder reads key ${sayRuns(extra)}, which the mask of the prefill blocks.`,
    consequence:
      'One token at a time, the layer reads more than it was trained with, and answers drift as the text grows.',
    fix: 'Apply the row of the mask while decoding too; a single query is no reason to leave it out.',
  };
}

function neverEvicts(mask: Mask, cache: Cache): Found | undefined {
  if (cache.kind !== 'all' || mask.keys < 2) return undefined;
  const { idle } = timelineOf(mask, 1, cache).at(mask.keys - 1);
  if (idle.length === 0) return undefined;
  return {
    cell: { query: mask.queries - 1, key: idle[0]! },
    what: `At the last step the cache still holds key ${sayRuns(idle)}, which no query reads any more.`,
    consequence:
      'The memory a window is meant to save is not saved: the cache grows with the text.',
    fix: 'Keep a ring as long as the window for this layer.',
  };
}
