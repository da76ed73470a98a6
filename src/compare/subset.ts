/** @file Some runs of a recording: a lesson shows one or two of those recorded together. */
import { CONTROLS } from '../spec/controls';
import { specsOf, type Comparison } from './comparison';
import type { Saved } from './file';

/** The recording of exactly these runs, in their order; undefined if one of them was not recorded. */
export function subsetOf(saved: Saved, comparison: Comparison): Saved | undefined {
  const recorded = specsOf(saved.comparison);
  const wanted = specsOf(comparison);
  const at = wanted.map((spec) =>
    recorded.findIndex((one) =>
      CONTROLS.every(
        ({ name, relevant }) =>
          name === 'backend' || !(relevant?.(spec) ?? true) || one[name] === spec[name],
      ),
    ),
  );
  if (at.includes(-1)) return undefined;
  const { pictures } = saved;
  return {
    ...saved,
    comparison,
    histories: at.map((i) => saved.histories[i]!),
    repeats: saved.repeats.flatMap((repeat) => {
      const run = at.indexOf(repeat.run);
      return run < 0 ? [] : [{ ...repeat, run }];
    }),
    ...(pictures && {
      pictures: {
        ...pictures,
        moments: pictures.moments.map(({ step, runs }) => ({
          step,
          runs: at.map((i) => runs[i]!),
        })),
      },
    }),
  };
}
