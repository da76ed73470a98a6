import { defineQuantity } from '../quantity';

/** The setting for the same window in a library that counts only the keys before the token. */
export default defineQuantity({
  id: 'window-elsewhere',
  label: 'Left side of the window',
  unit: 'tokens',
  value: ({ spec: { window: W } }) => W - 1,
  mistakes: ({ spec: { window: W } }) => [
    {
      id: 'the same number',
      value: W,
      says: `Then each query would read ${W + 1} keys: that library does not count the token itself.`,
    },
    {
      id: 'one more',
      value: W + 1,
      says: 'That library leaves the token itself out, so its number is smaller than ours, not larger.',
    },
    {
      id: 'no window',
      value: -1,
      says: 'That is no window at all: everything before may be read.',
    },
  ],
  because: ({ spec: { window: W } }) =>
    `itself + ${W - 1} before, and the token itself is not counted there: ${W - 1}`,
});
