import { defineQuantity, type Mistake } from '../quantity';

/** The fewest local layers through which a token can depend on one `distance` back. */
export default defineQuantity({
  id: 'layers-needed',
  label: 'Local layers needed',
  unit: 'layers',
  needs: ['distance'],
  value: ({ spec: { window: W }, distance }) => (W <= 1 ? Infinity : Math.ceil(distance / (W - 1))),
  mistakes({ spec: { window: W }, distance }) {
    if (W <= 1) return [];
    const needed = Math.ceil(distance / (W - 1));
    const mistakes: Mistake[] = [
      {
        id: 'a window each',
        value: Math.ceil(distance / W),
        says: `A layer carries a token ${W - 1} back, not ${W}: the window counts the token itself.`,
      },
      {
        id: 'a window and one each',
        value: Math.ceil(distance / (W + 1)),
        says: `A window of ${W} is itself and ${W - 1} before.`,
      },
    ];
    if (distance % (W - 1) > 0)
      mistakes.push({
        id: 'rounded down',
        value: needed - 1,
        says: 'That stops just short: you cannot use part of a layer, so round up.',
      });
    if (needed > 1)
      mistakes.push({
        id: 'one layer',
        value: 1,
        says: 'One layer carries no further than its window.',
      });
    return mistakes;
  },
  because: ({ spec: { window: W }, distance }) =>
    `each layer carries ${W - 1} back, so ${distance} / ${W - 1}, rounded up: ${Math.ceil(distance / (W - 1))}`,
});
