import { eachLayer, lateRows, windowed, windowOf } from '../measure';
import { defineLint } from '../subject';

export default defineLint({
  id: 'L9',
  order: 9,
  label: 'Window not applied',
  summary: 'A window was declared, but queries still read everything before it.',
  thread: 'https://github.com/keras-team/keras-hub/issues/2186',
  check: (subject) =>
    eachLayer(subject, (mask, layer) => {
      const { declared } = subject;
      const window = windowOf(declared, layer);
      if (window === undefined || windowed(mask, declared, window) !== 'absent') return undefined;
      const late = [...lateRows(mask, declared, window)].at(-1)!;
      return {
        cell: { query: late.query, key: late.beyond[0]! },
        what: `A window of ${window} was declared, and query ${late.query} reads key ${late.beyond[0]!}, ${late.position - late.beyond[0]!} tokens back.`,
        consequence:
          'The layer is global: it costs as much, its cache grows without end, and a model trained with a window reads what it never saw.',
        fix: `Give the window to the attention call of this layer: query - key < ${window}.`,
        explains: ['L2', 'L5', 'L11'],
      };
    }),
});
