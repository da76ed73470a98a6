/** @file The stripes of a run: one per layer. Giving a layer another pattern makes the plan `custom`. */
import { write } from '../attention/expression';
import { read } from '../attention/parse';
import { joinMasks, masksIn, MAX_MASKS } from '../attention/masksIn';
import { lettersOf } from '../attention/plans';
import { DEFAULTS } from './controls';
import { layersOf, type RunSpec } from './run';

type Stripes = Pick<RunSpec, 'plan' | 'stripes' | 'masks'>;

/** The initial expression of a new mask: the window of the run, and two sinks. */
export const firstMask = ({ window }: Pick<RunSpec, 'window'>): string =>
  `causal & (window(${window}) | sink(2))`;

/** The masks of a run, each as it is stored, starting with 1. */
export const masksOfRun = ({ masks }: Pick<RunSpec, 'masks'>): readonly string[] =>
  masksIn(masks).map((mask) => write(read(mask)));

/** The symbols of a run's layers: letters of patterns, and the numbers of its masks. */
const stripesOf = (spec: RunSpec): string =>
  spec.plan === 'custom' ? spec.stripes : lettersOf(layersOf(spec));

/** The layers, counted from 1, that use each of a run's masks. */
export const readersOf = (
  spec: Pick<RunSpec, 'plan' | 'stripes' | 'masks'>,
): readonly (readonly number[])[] =>
  masksIn(spec.masks).map((_, at) =>
    spec.plan !== 'custom'
      ? []
      : [...spec.stripes].flatMap((sign, layer) => (Number(sign) === at + 1 ? [layer + 1] : [])),
  );

/** Removes mask `at`, counted from 0, which no layer may use; the numbers of the masks after it decrease by one. */
export function withoutMask(spec: RunSpec, at: number): Pick<RunSpec, 'stripes' | 'masks'> {
  const moved = (sign: string) => (Number(sign) > at + 1 ? String(Number(sign) - 1) : sign);
  return {
    masks: joinMasks(masksIn(spec.masks).toSpliced(at, 1)),
    stripes: spec.plan === 'custom' ? [...spec.stripes].map(moved).join('') : spec.stripes,
  };
}

/** `sign`: the letter of a pattern, the number of a mask, or the next unused number, which adds one. */
export function withStripe(spec: RunSpec, layer: number, sign: string): Stripes {
  const masks = masksIn(spec.masks);
  const stripes = [...stripesOf(spec)].with(layer, sign).join('');
  const added = Number(sign) === masks.length + 1 && masks.length < MAX_MASKS;
  return {
    plan: 'custom',
    stripes,
    masks: added ? joinMasks([...masks, firstMask(spec)]) : spec.masks,
  };
}

/** Exactly one letter per layer: cut, or filled by repeating the existing ones. */
export function fitStripes(stripes: string, layers: number): string {
  const base = stripes || DEFAULTS.stripes;
  return Array.from({ length: layers }, (_, i) => base[i % base.length]).join('');
}
