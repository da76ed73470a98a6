import { maskOf, type Slice } from '../slice';

/** Recipe: in a text said twice, a character said for the second time, with the first time in the window. */
const secondSaying: Slice = {
  id: 'second-saying',
  label: 'Second saying',
  order: 0,
  summary:
    'Characters of a passage that is said again, where the window still has its first saying.',
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
