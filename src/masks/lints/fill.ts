import { defineLint, type Found } from '../subject';

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
/** A score a network can reach: fills above its negative are learned around. */
const REACHED = 3e4;

const say = (value: number) => (Math.abs(value) >= 1e6 ? value.toExponential() : `${value}`);

export default defineLint({
  id: 'L8',
  order: 8,
  label: 'Fill value',
  summary:
    'The number put in place of blocked scores is too small, does not fit its type, or hides dead rows.',
  thread: 'https://github.com/karpathy/minGPT/issues/75',
  check({ fill, masks }): readonly Found[] {
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
    const layer = masks.findIndex((mask) => deadRow(mask) >= 0);
    if (layer < 0) return [];
    const query = deadRow(masks[layer]!);
    return [
      {
        ...(masks.length > 1 && { layer }),
        layers: masks.map((_, l) => l),
        cell: { query, key: masks[layer]!.keys - masks[layer]!.queries + query },
        what: `Query ${query} may read no key, and the fill ${say(value)} is finite.`,
        consequence:
          'All its scores become equal, so it quietly returns the mean of all values, those of the future and of padding included.',
        fix: 'Write 0 for rows without a key, or fill with -inf so that the NaN is seen.',
        thread: 'https://github.com/microsoft/onnxruntime/issues/28904',
        explains: ['L1'],
      },
    ];
  },
});

function deadRow(mask: { queries: number; row(q: number): readonly number[] }): number {
  for (let q = 0; q < mask.queries; q++) if (mask.row(q).length === 0) return q;
  return -1;
}
