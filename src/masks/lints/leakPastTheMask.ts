import { clip, sayRuns } from '../../attention/runs';
import { defineLint } from '../subject';

/** Decided by a probe of the model, not by the mask: it changes one token and checks which outputs move. */
export default defineLint({
  id: 'L4',
  order: 4,
  label: 'Leak past the mask',
  summary:
    'A changed token moves an output before it though the mask forbids it: averages, pooling or norms over time leak.',
  thread: 'https://github.com/karpathy/nanochat/issues/844',
  check({ probe }) {
    if (!probe) return [];
    const moved = clip(probe.moved, 0, probe.changed);
    if (moved.length === 0) return [];
    return [
      {
        cell: { query: moved[0]!, key: probe.changed },
        what: `Token ${probe.changed} was changed, and the output at ${sayRuns(moved)} moved, before it.`,
        consequence:
          'The future leaks by a way no mask shows, such as the average of a chunk that is not complete yet; the loss is too good.',
        fix: 'Summarise a chunk only for queries after its last token, and run the probe again.',
      },
    ];
  },
});
