import { equal, has, intersect, minus, NONE, run, sayRuns, union } from '../../attention/runs';
import { eachLayer, realOf } from '../measure';
import type { Mask } from '../../attention/mask';
import { defineLint, type Found } from '../subject';
import { lastReaders } from '../../attention/need';

export default defineLint({
  id: 'L2',
  order: 2,
  label: 'Unread keys',
  summary: 'A key, or a whole block of keys, that no query reads.',
  // No thread about this fault itself was found; this one has the same symptom, memory held for nothing.
  thread: 'https://github.com/huggingface/transformers/issues/37574',
  check(subject) {
    if (subject.rounded) return [];
    return eachLayer(subject, (mask) => {
      const last = lastReaders(mask);
      // Keys in a cache from before the first query may already have been read.
      const asked = run(subject.cross ? 0 : Math.max(0, mask.keys - mask.queries), mask.keys);
      let unread = NONE;
      for (let k = 0; k < mask.keys; k++) {
        if (last[k]! >= 0) continue;
        const from = k;
        while (k + 1 < mask.keys && last[k + 1]! < 0) k++;
        unread = union(unread, run(from, k + 1));
      }
      const own = subject.cross ? undefined : ownMissing(mask);
      if (own && equal(intersect(unread, asked), asked))
        return has(realOf(subject.declared, mask.keys), mask.keys - 1)
          ? own
          : { ...own, note: true as const };
      unread = intersect(intersect(unread, asked), realOf(subject.declared, mask.keys));
      if (unread.length === 0) return undefined;
      const { block } = subject.declared;
      const blocks: number[] = [];
      if (block)
        for (let b = 0; b * block < mask.keys; b++)
          if (minus(run(b * block, Math.min(mask.keys, (b + 1) * block)), unread).length === 0)
            blocks.push(b);
      const dead = blocks.length > 0 ? `; blocks ${blocks.join(', ')} of ${block} are dead` : '';
      return {
        cell: { query: Math.max(0, unread[0]! - asked[0]!), key: unread[0]! },
        what: `No query reads key ${sayRuns(unread)}${dead}.`,
        consequence:
          'These tokens are written to the cache and computed for nothing, and they have no effect in this layer.',
        fix: 'Let each token read at least itself, or declare these tokens as padding and do not compute them.',
      };
    });
  },
});

/** A single query, one step of decoding, that reads other keys but not itself. */
function ownMissing({ queries, keys, row }: Mask): Found | undefined {
  if (queries !== 1 || keys < 2 || row(0).length === 0 || has(row(0), keys - 1)) return undefined;
  return {
    cell: { query: 0, key: keys - 1 },
    what: `The query does not read itself: key ${keys - 1} is blocked.`,
    consequence:
      'The newest token has no part in what attention gives for it, as if its key had not been written to the cache yet.',
    fix: 'Write the key before it is read, and let the mask end at the query; if the cache is longer than the text, cut the mask to the text.',
  };
}
