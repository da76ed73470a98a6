import { check } from '../../core/check';
import { decimal, plain, readNumber } from '../../core/numbers';
import { layersOf } from '../../spec/run';
import { checkRun } from '../../spec/check';
import { defineExercise } from '../exercise';
import { quantities } from '../quantities';
import { ofRun, type Of } from '../quantity';
import { fitted, settingsOf } from '../settings';

interface NumberExercise {
  readonly quantity: string;
  readonly of: Of;
  /** Relative tolerance of a right answer. */
  readonly within: number;
}

const valueOf = ({ quantity, of }: NumberExercise) => quantities.get(quantity).value(of);
const near = (a: number, b: number, within: number) =>
  Math.abs(a - b) <= within * Math.abs(b) + 1e-9;
const say = (value: number) => decimal(value, 2);

/** '8,256', '8 256' and '8256' alike. */
const numberOf = (text: string): number | undefined => readNumber(text.trim().replace(/%$/, ''));

/** A number that the simulator itself can compute. */
export default defineExercise<NumberExercise, string>({
  id: 'number',
  label: 'Give the number',
  order: 1,
  read(fields, spec) {
    const quantity = quantities.get(fields.string('quantity'));
    const given = fields.has('with')
      ? settingsOf(fields.get('with'), `with of ${fields.what}`)
      : {};
    const full = fitted({ ...spec, ...given });
    checkRun(full);
    const T = fields.whole('tokens', { min: 1, max: 1_048_576 }, full.context);
    for (const name of quantity.needs ?? [])
      check(fields.has(name), `${fields.what}: ${quantity.id} is asked of a ${name}; say which`);
    const layer = fields.whole('layer', { min: 1, max: full.layers }, 1) - 1;
    const of = ofRun(full, T, {
      layer,
      query: fields.whole('query', { min: 0, max: T - 1 }, T - 1),
      distance: fields.whole('distance', { min: 1, max: 1_048_576 }, 1),
      bytes: fields.whole('bytes', { min: 1, max: 8 }, 4),
    });
    layersOf(full);
    const within = fields.number('within', { min: 0, max: 0.1 }, 0);
    const value = quantity.value(of);
    check(
      Number.isFinite(value),
      `${fields.what}: ${quantity.id} ${Number.isNaN(value) ? 'has no value' : `is ${value}`} here, which is not a possible answer`,
    );
    return { quantity: quantity.id, of, within };
  },
  empty: () => '',
  begun: (_, answer) => answer.trim() !== '',
  check(exercise, answer) {
    const quantity = quantities.get(exercise.quantity);
    const value = valueOf(exercise);
    const given = numberOf(answer);
    if (given === undefined)
      return { right: false, says: 'That is not a number; write it in digits, such as 1,234.' };
    if (near(given, value, exercise.within))
      return { right: true, says: `Right: ${quantity.because(exercise.of)}.` };
    // If several mistakes lead to the same number, the first is reported, because quantities list the likelier ones
    // first.
    const mistakes = quantity
      .mistakes(exercise.of)
      .filter(
        (one) =>
          near(given, one.value, exercise.within) && !near(one.value, value, exercise.within),
      );
    return {
      right: false,
      says:
        mistakes.length > 0
          ? `${say(given)} is not right. ${mistakes[0]!.says}`
          : `${say(given)} is not right; the answer is ${given < value ? 'more' : 'less'}.`,
    };
  },
  solve(exercise) {
    const value = valueOf(exercise);
    // Rounded for reading, if the rounded number is close enough to count as right.
    const short = Number(value.toPrecision(4));
    return { answer: plain(near(short, value, exercise.within) ? short : value) };
  },
  wrong(exercise) {
    const value = valueOf(exercise);
    const mistakes = quantities
      .get(exercise.quantity)
      .mistakes(exercise.of)
      .filter(
        (mistake, i, all) =>
          !near(mistake.value, value, exercise.within) &&
          all.findIndex((one) => near(one.value, mistake.value, exercise.within)) === i,
      )
      .map((mistake) => ({
        answer: plain(mistake.value),
        says: new RegExp(escape(mistake.says)),
      }));
    return [
      ...mistakes,
      { answer: plain(value * 3 + 7), says: /the answer is less|is not right/ },
      { answer: 'many', says: /not a number/ },
    ];
  },
  answerOf: (_, value) => (typeof value === 'string' && value.length <= 40 ? value : undefined),
  say: (_, answer) => answer.trim(),
});

const escape = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
