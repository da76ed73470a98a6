import { withinSentence } from '../../core/sentence';
import { check } from '../../core/check';
import { Fields } from '../../core/fields';
import { listed } from '../../core/numbers';
import { formatInteger } from '../../core/units';
import { checkRun } from '../../spec/check';
import { lettersOf } from '../../attention/plans';
import { layersOf, type RunSpec, type Setting } from '../../spec/run';
import { CONTROLS, controlOf } from '../../spec/controls';
import { defineExercise, type World } from '../exercise';
import { quantities } from '../quantities';
import { ofRun } from '../quantity';
import { fitted, isSetting, settingsOf } from '../settings';

interface TargetExercise {
  readonly base: RunSpec;
  readonly tokens: number | undefined;
  readonly want: { readonly quantity: string; readonly atLeast: number } | undefined;
  /** An additional requirement, to be reached by training. */
  readonly measured: { readonly accuracy: number } | undefined;
  readonly least: string; // quantity
  /** Every allowed combination of settings; all are evaluated, so that the best one is known. */
  readonly space: Space;
  readonly ways: number;
  /** The cheapest one that reaches the target. */
  readonly best: { readonly way: Settings; readonly cost: number };
}

type Space = readonly {
  readonly name: Setting;
  readonly values: readonly RunSpec[Setting][];
}[];
/** The fields as the lesson gives them, before the combinations are searched. */
type Asked = Omit<TargetExercise, 'ways' | 'best'>;

type Settings = Partial<RunSpec>;

const MAX_WAYS = 20_000;

function waysOf(space: Space): readonly Settings[] {
  return space.reduce<readonly Settings[]>(
    (ways, { name, values }) =>
      ways.flatMap((way) => values.map((value) => ({ ...way, [name]: value }))),
    [{}],
  );
}

const reaches = ({ want, tokens }: Asked, spec: RunSpec) =>
  !want || quantities.get(want.quantity).value(ofRun(spec, tokens)) >= want.atLeast;

/**
 * A setting that must not change, or has a value that is not allowed; undefined if the spec is an allowed combination.
 */
function astray({ base, space }: TargetExercise, spec: RunSpec): Setting | undefined {
  const given = new Map(space.map(({ name, values }) => [name, values]));
  const stripes = given.get('stripes') as readonly string[] | undefined;
  const own = (one: RunSpec, name: Setting) =>
    name === 'stripes' ? lettersOf(layersOf(one)) : one[name];
  return CONTROLS.map(({ name }) => name).find((name) => {
    if (name === 'backend' || name === 'seed') return false;
    // Changing a stripe makes the plan custom; the list contains the allowed stripes.
    if (stripes && ['plan', 'groupSize', 'place'].includes(name)) return false;
    if (name === 'stripes')
      return stripes !== undefined && !stripes.includes(String(own(spec, name)));
    const values = given.get(name);
    return values ? !values.includes(spec[name]) : spec[name] !== base[name];
  });
}

const costOf = ({ least, tokens }: Asked, spec: RunSpec) =>
  quantities.get(least).value(ofRun(spec, tokens));

function bestOf(asked: Asked): TargetExercise['best'] {
  let found: TargetExercise['best'] | undefined;
  for (const way of waysOf(asked.space)) {
    const spec = fitted({ ...asked.base, ...way });
    if (!reaches(asked, spec)) continue;
    const cost = costOf(asked, spec);
    if (!found || cost < found.cost) found = { way, cost };
  }
  check(found, 'no combination of settings in this exercise reaches its target');
  return found;
}

/** Reach the target at the lowest cost: the answer is on the stage, so the check reads the stage. */
export default defineExercise<TargetExercise, Settings>({
  id: 'target',
  label: 'Reach it with the least',
  order: 8,
  read(fields, spec) {
    const least = quantities.get(fields.string('least')).id;
    let want: TargetExercise['want'];
    if (fields.has('want')) {
      const inner = new Fields(fields.get('want'), `want of ${fields.what}`);
      want = {
        quantity: quantities.get(inner.string('quantity')).id,
        atLeast: inner.number('atLeast', { min: 0, max: 1e12 }),
      };
      inner.end();
    }
    const measured = fields.has('accuracy')
      ? { accuracy: fields.number('accuracy', { min: 0, max: 1 }) }
      : undefined;
    check(want || measured, `${fields.what} should say what is wanted: 'want', 'accuracy' or both`);
    const varied = new Fields(fields.get('vary'), `vary of ${fields.what}`);
    const space = varied.names().map((name) => {
      check(isSetting(name), `vary of ${fields.what} names '${name}', which is not a setting`);
      const values = varied.list(name, { min: 2, max: 64 });
      for (const value of values) settingsOf({ [name]: value }, `vary of ${fields.what}`);
      return { name, values: values as readonly RunSpec[Setting][] };
    });
    const asked: Asked = {
      base: spec,
      tokens: fields.has('tokens') ? fields.whole('tokens', { min: 1, max: 1_048_576 }) : undefined,
      want,
      measured,
      least,
      space,
    };
    const ways = space.reduce((product, { values }) => product * values.length, 1);
    check(
      ways <= MAX_WAYS,
      `${fields.what}: ${ways} ways are more than the ${MAX_WAYS} that are tried`,
    );
    const best = bestOf(asked);
    checkRun(fitted({ ...spec, ...best.way }));
    return { ...asked, ways, best };
  },
  empty: () => ({}),
  begun: () => true,
  check(exercise, _, { specs, results }: World) {
    const spec = specs[0]!;
    const cost = quantities.get(exercise.least);
    const { want, measured, space } = exercise;
    const wrong = astray(exercise, spec);
    if (wrong) {
      const may = listed(space.map(({ name }) => withinSentence(controlOf(name).label)));
      return {
        right: false,
        says: `${controlOf(wrong).label} is ${String(spec[wrong])}, which is not among the allowed settings: change ${may} only${space.some(({ name }) => name === 'stripes') ? ', between the allowed patterns' : `, from ${String(space[0]!.values[0])} to ${String(space[0]!.values.at(-1))}`}.`,
      };
    }
    if (want && !reaches(exercise, spec)) {
      const quantity = quantities.get(want.quantity);
      const value = quantity.value(ofRun(spec, exercise.tokens));
      return {
        right: false,
        says: `Not yet: ${withinSentence(quantity.label)} is ${formatInteger(value)}; at least ${formatInteger(want.atLeast)} ${quantity.unit} are needed.`,
      };
    }
    if (measured && (results[0]?.accuracy ?? -1) < measured.accuracy) {
      const now = results[0]
        ? `${Math.round(100 * results[0].accuracy)} % so far`
        : 'nothing is trained yet';
      return {
        right: false,
        says: `Train it: ${Math.round(100 * measured.accuracy)} % are needed, ${now}.`,
      };
    }
    const paid = costOf(exercise, spec);
    if (paid > exercise.best.cost + 1e-9)
      return {
        right: false,
        says: `Goal met with ${formatInteger(paid)} ${cost.unit}. Fewer is possible.`,
      };
    return {
      right: true,
      says: `Right: ${formatInteger(paid)} ${cost.unit}, and none of the ${exercise.ways} possible settings takes fewer.`,
    };
  },
  solve: ({ best: { way } }) => ({ answer: way, world: way }),
  wrong: () => [], // the answer is on the stage: test/lessons/lessons.test.ts covers it
  answerOf(_, value) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const entries = Object.entries(value).filter(
      ([name, one]) =>
        ['number', 'string'].includes(typeof one) &&
        CONTROLS.some((control) => control.name === name),
    );
    return Object.fromEntries(entries) as Settings;
  },
  say: (_, answer) =>
    Object.entries(answer)
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
});
