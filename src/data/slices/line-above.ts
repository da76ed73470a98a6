import { encode } from '../characters';
import { maskOf, type Slice } from '../slice';

const [BLANK] = encode(' ');

/** A run of blanks continues whatever the line above, so only its first blank counts. */
const lineAbove: Slice = {
  id: 'line-above',
  label: 'Repeats of the line above',
  order: 1,
  summary:
    'Characters equal to the one above them, one line back in the same context; of a run of blanks only the first counts.',
  fits: ({ table }) => table !== undefined,
  back: ({ table }) => table!.line,

  mask(window) {
    const { source, corpus, start } = window;
    const { line } = source.table!;
    const { ids } = corpus;
    return maskOf(window, ({ place }) => {
      const above = place - line;
      if (above < start || ids[place] !== ids[above]) return false;
      return ids[place] !== BLANK || ids[place - 1] !== BLANK;
    });
  },
};

export default lineAbove;
