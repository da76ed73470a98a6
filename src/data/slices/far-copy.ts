import { SHORTEST } from '../far/copier';
import { maskOf, type Slice } from '../slice';

/**
 * Characters that must match before one is copied, as many as for the meter of far reading: 1,024 ^ 5 is still exact.
 */
const MATCH = SHORTEST;

/**
 * The characters before the target occurred earlier in the window, the last time too far back for local layers to read
 * the match and what followed it, and the target follows it here as well. No other match of that length is nearer.
 */
const farCopy: Slice = {
  id: 'far-copy',
  label: 'Far copies',
  order: 3,
  summary: `Characters that a copier would get right only by reading beyond the reach: the ${MATCH} characters before them last stood there, and the same one followed.`,
  fits: () => true,

  mask(window) {
    const { start, reach, corpus, source } = window;
    const { size } = source.vocabulary;
    const { ids } = corpus;
    /** Position of the last character read after each run of MATCH characters. */
    const after = new Map<number, number>();
    return maskOf(window, ({ place }) => {
      if (place - start < MATCH) return false;
      let run = 0;
      for (let i = place - MATCH; i < place; i++) run = run * size + ids[i]!;
      const copied = after.get(run);
      after.set(run, place);
      if (copied === undefined) return false;
      return copied - MATCH < place - reach && ids[copied] === ids[place];
    });
  },
};

export default farCopy;
