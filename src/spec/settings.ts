/** @file The settings of a run, read from a file: one schema for comparisons, recordings and checkpoints. */
import { pick, record, refine, type Schema } from '../core/schema';
import { checkRun } from './check';
import { withAdded, type RunSpec, type Setting } from './run';
import { CONTROLS, DEFAULTS } from './controls';

export const SETTINGS: readonly Setting[] = CONTROLS.map(({ name }) => name);

/**
 * Settings with values of the right type. Whether the values are possible is decided by checkRun, which needs all
 * settings.
 */
export const settings =
  <K extends Setting>(
    names: readonly K[],
    others: 'refused' | 'ignored' = 'refused',
  ): Schema<Pick<RunSpec, K>> =>
  (value, place) => {
    const given = record(withAdded(value, names), place);
    for (const name of names) {
      const kind = typeof DEFAULTS[name];
      const one = Object.hasOwn(given, name) ? given[name] : undefined;
      const fits = typeof one === kind && (kind !== 'number' || Number.isFinite(one));
      place.field(name).expect(fits, one, `a ${kind}`);
    }
    const extra = Object.keys(given).find((name) => !(names as readonly string[]).includes(name));
    place.check(
      others === 'ignored' || extra === undefined,
      `${place.style.shown(extra)} of ${place.inside} is not a setting of this version`,
    );
    return pick(given as Partial<RunSpec> as RunSpec, names);
  };

/** A run that can be built. */
export const run = (others: 'refused' | 'ignored' = 'refused'): Schema<RunSpec> =>
  refine(settings(SETTINGS, others), (spec) => {
    checkRun(spec);
    return spec;
  });
