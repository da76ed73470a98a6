import { random } from '../../core/random';
import { list, readable, refine, whole } from '../../core/schema';
import { distinct } from '../../data/examples';
import { defineExercise } from '../exercise';

interface OrderExercise {
  readonly items: readonly string[]; // inline HTML, in the right order
  /** The initial order: neither the right one nor its mirror image. */
  readonly begin: readonly number[];
  readonly because: string; // inline HTML
}

/**
 * Shuffled by the items themselves, so that a whole class sees the same order. The mirror image is avoided because
 * turning the list round is most readers' first guess.
 */
export function mixed(items: readonly string[]): readonly number[] {
  const source = random('order', ...items);
  const last = items.length - 1;
  for (;;) {
    const order = distinct(source, items.length, items.length);
    const right = order.every((item, i) => item === i);
    const mirrored = order.every((item, i) => item === last - i);
    if (!right && !mirrored) return order;
  }
}

/** Items to put in order. An answer lists the items in their current order, by their right places. */
export default defineExercise<OrderExercise, readonly number[]>({
  id: 'order',
  label: 'Put in order',
  order: 5,
  read(fields) {
    const items = fields.strings('text', { min: 3, max: 8 });
    return { items, begin: mixed(items), because: fields.string('because') };
  },
  empty: ({ begin }) => begin,
  begun: () => true,
  check({ because }, answer) {
    const wrong = answer.findIndex((item, i) => item !== i);
    if (wrong < 0) return { right: true, says: 'Right.', html: because };
    return {
      right: false,
      says: `${wrong === 0 ? '' : `${wrong === 1 ? 'Item 1 is' : `Items 1 to ${wrong} are`} right. `}Item ${wrong + 1} is in the wrong place.`,
      at: { item: wrong },
    };
  },
  solve: ({ items }) => ({ answer: items.map((_, i) => i) }),
  wrong({ items, begin }) {
    const swapped = items.map((_, i) => i);
    const last = items.length - 1;
    [swapped[last - 1], swapped[last]] = [last, last - 1];
    return [
      { answer: begin, says: /is in the wrong place/ },
      { answer: swapped, says: new RegExp(`Item ${last} is in the wrong`) },
    ];
  },
  answerOf: ({ items }, value) =>
    readable(
      refine(list(whole(), { min: items.length, max: items.length }), (all, place) => {
        place.check(
          items.every((_, i) => all.includes(i)),
          'every item once',
        );
        return all;
      }),
      value,
    ),
  say: (_, answer) => answer.map((item) => item + 1).join(' '),
});
