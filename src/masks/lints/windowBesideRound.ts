import { roundBeside } from '../besideRound';
import { windowOf } from '../measure';
import { defineLint } from '../subject';

/** A question, and only for files: anyone who writes a window of 17 by hand means it. */
export default defineLint({
  id: 'L21',
  order: 21,
  label: 'Window beside a round number',
  summary:
    'The mask of a file is a window of one key more, or less, than a size that people choose: the token itself may be counted twice, or not at all.',
  thread: 'https://github.com/huggingface/transformers/issues/39408',
  check({ reading, declared, masks }) {
    if (reading === undefined) return [];
    const layers = masks.map((_, layer) => windowOf(declared, layer));
    return [...new Set(layers)].flatMap((window) => {
      const round = window === undefined ? undefined : roundBeside(window);
      if (window === undefined || round === undefined) return [];
      const all = layers.flatMap((one, layer) => (one === window ? [layer] : []));
      const { keys, queries } = masks[all[0]!]!;
      // The first position at which the two windows differ.
      const position = Math.min(window, round);
      const query = position - (keys - queries);
      if (position >= keys) return [];
      const have = all.length === 1 ? 'The window is' : `In ${all.length} layers the window is`;
      const part = round < window ? 'reads one key more' : 'misses one key';
      return [
        {
          note: true,
          ...(masks.length > 1 && all.length === 1 && { layer: all[0]! }),
          ...(query >= 0 && { cell: { query, key: 0 } }),
          what: `${have} ${window}: from position ${position} on a token ${part} than with ${round}.`,
          consequence:
            'Some libraries count a window with the token itself and some without, so that one is taken for the other.',
          fix: `If ${round} was meant, compare it with causal & window(${round}).`,
        },
      ];
    });
  },
});
