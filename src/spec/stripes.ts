/** @file One layer of a run given another pattern: the plan becomes the person's own. */
import { read, write } from '../attention/expression';
import { joinMasks, masksIn, MOST_MASKS } from '../attention/masksIn';
import { lettersOf } from '../attention/plans';
import { layersOf, type RunSpec } from './run';

type Stripes = Pick<RunSpec, 'plan' | 'stripes' | 'masks'>;

/** What a mask that was only just asked for begins with: the window it had, and two sinks. */
export const firstMask = ({ window }: Pick<RunSpec, 'window'>): string =>
  `causal & (window(${window}) | sink(2))`;

/** The masks of a run, each as it is kept, 1 first. */
export const masksOfRun = ({ masks }: Pick<RunSpec, 'masks'>): readonly string[] =>
  masksIn(masks).map((mask) => write(read(mask)));

/** The signs of a run's layers: letters of patterns, and the numbers of its masks. */
const stripesOf = (spec: RunSpec): string =>
  spec.plan === 'custom' ? spec.stripes : lettersOf(layersOf(spec));

/** The layers, from 1, that read each of a run's masks. */
export const readersOf = (
  spec: Pick<RunSpec, 'plan' | 'stripes' | 'masks'>,
): readonly (readonly number[])[] =>
  masksIn(spec.masks).map((_, at) =>
    spec.plan !== 'custom'
      ? []
      : [...spec.stripes].flatMap((sign, layer) => (Number(sign) === at + 1 ? [layer + 1] : [])),
  );

/** Without mask `at`, from 0, which no layer reads: the numbers behind it move up. */
export function withoutMask(spec: RunSpec, at: number): Pick<RunSpec, 'stripes' | 'masks'> {
  const moved = (sign: string) => (Number(sign) > at + 1 ? String(Number(sign) - 1) : sign);
  return {
    masks: joinMasks(masksIn(spec.masks).toSpliced(at, 1)),
    stripes: spec.plan === 'custom' ? [...spec.stripes].map(moved).join('') : spec.stripes,
  };
}

/** `sign`: the letter of a pattern, the number of a mask, or a number more than there are, which adds one. */
export function withStripe(spec: RunSpec, layer: number, sign: string): Stripes {
  const masks = masksIn(spec.masks);
  const stripes = [...stripesOf(spec)].with(layer, sign).join('');
  const added = Number(sign) === masks.length + 1 && masks.length < MOST_MASKS;
  return {
    plan: 'custom',
    stripes,
    masks: added ? joinMasks([...masks, firstMask(spec)]) : spec.masks,
  };
}
