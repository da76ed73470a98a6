import { maskOf, type Slice } from '../slice';

/**
 * The rule: in a text that says every passage twice, a character of the second saying whose first saying is in the
 * window.
 */
const secondSaying: Slice = {
  id: 'second-saying',
  label: 'Second saying',
  order: 0,
  summary: 'Characters of a passage said again, if its first saying is in the same context.',
  fits: ({ repeat }) => repeat !== undefined && repeat.times > 1,
  back: ({ repeat }) => repeat!.passage,

  mask(window) {
    const { source, start } = window;
    const { passage, times } = source.repeat!;
    return maskOf(
      window,
      ({ place, offset }) => offset % (passage * times) >= passage && place - passage >= start,
    );
  },
};

export default secondSaying;
