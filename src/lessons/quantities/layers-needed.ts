import { defineQuantity } from '../quantity';

/** The fewest local layers through which a token can depend on one `distance` back. */
export default defineQuantity({
  id: 'layers-needed',
  label: 'Local layers needed',
  unit: 'layers',
  needs: ['distance'],
  value: ({ spec: { window: W }, distance }) => (W <= 1 ? Infinity : Math.ceil(distance / (W - 1))),
  roads({ spec: { window: W }, distance }) {
    return [
      {
        value: Math.ceil(distance / W),
        says: `A layer carries a token ${W - 1} back, not ${W}: the window counts the token itself.`,
      },
      {
        value: Math.floor(distance / (W - 1)),
        says: 'That stops just short: a part of a layer is a layer.',
      },
      {
        value: Math.ceil(distance / (W + 1)),
        says: `A window of ${W} is itself and ${W - 1} before.`,
      },
      { value: 1, says: 'One layer carries no further than its window.' },
    ];
  },
  because: ({ spec: { window: W }, distance }) =>
    `each layer carries ${W - 1} back, so ${distance} / ${W - 1}, rounded up: ${Math.ceil(distance / (W - 1))}`,
});
