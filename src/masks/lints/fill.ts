import { exponential, plain } from '../../core/numbers';
import { has } from '../../attention/runs';
import { realOf } from '../measure';
import { positionOf } from '../../attention/mask';
import { defineLint, type Found } from '../subject';
import type { Mask } from '../../attention/mask';

/** The largest finite number of a type. */
const LARGEST: Record<string, number> = {
  f16: 65_504,
  float16: 65_504,
  half: 65_504,
  bf16: 3.39e38,
  bfloat16: 3.39e38,
  f32: 3.4028234663852886e38,
  float32: 3.4028234663852886e38,
};
/**
 * A score that a network can reach. A fill above the negative of this does not block reliably, because the network can
 * learn scores that outweigh it.
 */
const REACHED = 3e4;

const say = (value: number) => (Math.abs(value) >= 1e6 ? exponential(value) : plain(value));

export default defineLint({
  id: 'L8',
  order: 8,
  label: 'Fill value',
  summary:
    'The number put in place of blocked scores is too small, does not fit its type, or hides dead rows.',
  thread: 'https://github.com/karpathy/minGPT/issues/75',
  check({ fill, masks, declared }): readonly Found[] {
    if (!fill || fill.value === -Infinity) return [];
    const { value, dtype } = fill;
    if (!(value <= -REACHED))
      return [
        {
          what: `Blocked scores are set to ${say(value)}, which other scores can approach.`,
          consequence:
            'A network can learn scores of that size and read through the mask: blocking is a suggestion.',
          fix: 'Fill with -inf, or with the lowest number of the type.',
        },
      ];
    const largest = LARGEST[dtype];
    if (largest !== undefined && value < -largest)
      return [
        {
          what: `${say(value)} does not fit ${dtype}, whose lowest number is ${say(-largest)}.`,
          consequence:
            'It overflows to -inf or is refused, so that what was tested in float32 gives NaN here in rows with no key.',
          fix: `Take the lowest number from the type itself, not a constant written for float32.`,
          thread: 'https://github.com/huggingface/transformers/issues/17306',
        },
      ];
    const dead = masks.map((mask) => deadRows(mask, (at) => has(realOf(declared, mask.keys), at)));
    const layers = masks.map((_, l) => l);
    const layer = dead.findIndex(({ text }) => text.length > 0);
    const padded = dead.findIndex(({ padding }) => padding > 0);
    return [
      ...(layer < 0
        ? []
        : [
            {
              ...(masks.length > 1 && { layer }),
              layers,
              cell: cellOf(masks[layer]!, dead[layer]!.text[0]!),
              what: `Query ${dead[layer]!.text[0]!} may read no key, and the fill ${say(value)} is finite.`,
              consequence:
                'All its scores become equal, so it quietly returns the mean of all values, those of the future and of padding included.',
              fix: 'Write 0 for rows without a key, or fill with -inf so that the NaN is seen.',
              thread: 'https://github.com/microsoft/onnxruntime/issues/28904',
              explains: ['L1'],
            },
          ]),
      // Libraries that fill with a finite number leave padding rows like this: their output is never used.
      ...(padded < 0
        ? []
        : [
            {
              note: true as const,
              ...(masks.length > 1 && { layer: padded }),
              layers,
              what: `${dead[padded]!.padding} ${dead[padded]!.padding === 1 ? 'row' : 'rows'} of padding may read no key, and the fill ${say(value)} is finite.`,
              consequence:
                'All their scores become equal, so they return the mean of all values: no harm as long as the outputs of padding are not used.',
              fix: 'Leave these rows out of the loss and of any average over tokens.',
              thread: 'https://github.com/microsoft/onnxruntime/issues/28904',
              explains: ['L1'],
            },
          ]),
    ];
  },
});

const cellOf = (mask: Mask, query: number) => ({
  query,
  key: Math.min(mask.keys - 1, positionOf(mask, query)),
});

/** Rows without a readable key: those of the text, and how many of padding. */
function deadRows(mask: Mask, isText: (position: number) => boolean) {
  const text: number[] = [];
  let padding = 0;
  for (let q = 0; q < mask.queries; q++) {
    if (mask.row(q).length > 0) continue;
    if (isText(positionOf(mask, q))) text.push(q);
    else padding++;
  }
  return { text, padding };
}
