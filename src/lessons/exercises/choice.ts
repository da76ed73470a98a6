import { check } from '../../core/check';
import { added, flag, list, object, readable, text, whole, type TypeOf } from '../../core/schema';
import { defineExercise } from '../exercise';

const several = list(
  object({
    text: text(), // inline HTML
    says: text(), // inline HTML
    right: added(flag, false),
  }),
  { min: 2, max: 6, each: (n, of) => `option ${n} of ${of}` },
);

interface ChoiceExercise {
  readonly options: TypeOf<typeof several>;
}

/** One of several options; each explains why it is right or how it misleads. */
export default defineExercise<ChoiceExercise, number | undefined>({
  id: 'choice',
  label: 'Choose',
  order: 4,
  read(fields) {
    const options = fields.take('options', several);
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
  answerOf: ({ options }, value) => readable(whole({ max: options.length - 1 }), value),
  say: (_, answer) => (answer === undefined ? '–' : `option ${answer + 1}`),
});
