import { check } from '../../core/check';
import { Fields } from '../../core/fields';
import { defineExercise } from '../exercise';

interface Option {
  readonly text: string; // inline HTML
  readonly says: string; // inline HTML
  readonly right: boolean;
}

interface ChoiceExercise {
  readonly options: readonly Option[];
}

/** One of several; each says why it is right or where it leads astray. */
export default defineExercise<ChoiceExercise, number | undefined>({
  id: 'choice',
  label: 'Choose',
  order: 4,
  read(fields) {
    const options = fields.list('options', { min: 2, max: 6 }).map((value, i) => {
      const option = new Fields(value, `option ${i + 1} of ${fields.what}`);
      const read = {
        text: option.string('text'),
        says: option.string('says'),
        right: option.flag('right'),
      };
      option.end();
      return read;
    });
    check(
      options.filter(({ right }) => right).length === 1,
      `${fields.what}: exactly one option should be right`,
    );
    return { options };
  },
  empty: () => undefined,
  begun: (_, answer) => answer !== undefined,
  check({ options }, answer) {
    const { right, says } = options[answer!]!;
    return {
      right,
      says: right ? 'Right.' : 'Not this one.',
      html: says,
      ...(!right && { at: { item: answer! } }),
    };
  },
  solve: ({ options }) => ({ answer: options.findIndex(({ right }) => right) }),
  wrong: ({ options }) =>
    options.flatMap(({ right }, i) => (right ? [] : [{ answer: i, says: /^Not this one/ }])),
  answerOf: ({ options }, value) =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) < options.length
      ? (value as number)
      : undefined,
  say: (_, answer) => (answer === undefined ? '–' : `option ${answer + 1}`),
});
