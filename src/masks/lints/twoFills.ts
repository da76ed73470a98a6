import { plain, precise } from '../../core/numbers';
import { defineLint } from '../subject';

/** The smallest numbers of each type, and the sum of two: beyond the type, -inf. */
const LEAST = [
  { type: 'float16', value: -65_504 },
  { type: 'bfloat16', value: -3.3895313892515355e38 },
  { type: 'float32', value: -3.4028234663852886e38 },
];
const isLeast = (value: number) => LEAST.find((one) => Math.abs(value / one.value - 1) < 1e-3);

const say = (value: number) =>
  value === -Infinity ? '-inf' : Math.abs(value) >= 1e6 ? precise(value, 4) : plain(value);

export default defineLint({
  id: 'L18',
  order: 18,
  label: 'Two fills',
  summary:
    'Blocked cells hold different numbers: two masks were added, and where both block the sum is another number, or overflows to -inf.',
  thread: 'https://github.com/huggingface/transformers/pull/27114',
  check({ fill }) {
    const all = fill?.all ?? [];
    if (all.length < 2) return [];
    const [first, second] = all.toSorted((a, b) => b.value - a.value) as [
      (typeof all)[number],
      (typeof all)[number],
    ];
    const least = isLeast(first.value);
    const overflow = least && second.value === -Infinity;
    const sum = Math.abs(second.value / first.value - 2) < 1e-3;
    return [
      {
        what:
          all.length === 2
            ? `Blocked cells hold two different numbers: ${say(first.value)} in ${first.cells} and ${say(second.value)} in ${second.cells}.`
            : `Blocked cells hold ${all.length} different numbers: ${say(first.value)} in ${first.cells} and ${say(second.value)} in ${second.cells}, and others.`,
        consequence: overflow
          ? `${say(first.value)} is the lowest number of ${least.type}, and twice that is -inf: a row that both masks block altogether gives NaN, where one of them alone gives a mean.`
          : sum
            ? 'One is twice the other: two masks were added, and in a row that is blocked altogether the softmax then prefers the cells that only one of them blocks.'
            : 'In a row that is blocked altogether the softmax prefers the cells with the higher number, and reads them as if nothing were blocked.',
        fix: 'Combine masks as booleans, then fill once; or clamp the sum at the least number of its type.',
        ...(overflow && { thread: 'https://github.com/NVIDIA-NeMo/Automodel/pull/2658' }),
      },
    ];
  },
});
