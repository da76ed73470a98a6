import { check } from '../../core/check';
import { maskOf, verdictOf, write } from '../../attention/expression';
import { has } from '../../attention/runs';
import { zoo } from '../../masks/zoo';
import { MOST_MASK_TOKENS } from '../scene';
import { defineExercise } from '../exercise';

interface BugExercise {
  readonly bug: string;
  readonly layer: number; // from 0
  readonly tokens: number;
  readonly queries: number;
}

export interface At {
  readonly query: number;
  readonly key: number;
}

/** Is this cell other than it was meant? */
function differs({ bug, layer, tokens, queries }: BugExercise, { query, key }: At): boolean {
  const { subject, repaired } = zoo.get(bug);
  const meant = maskOf(repaired[layer]!, tokens, queries);
  return has(subject.masks[layer]!.row(query), key) !== has(meant.row(query), key);
}

const cellsOf = (exercise: BugExercise): readonly At[] =>
  Array.from({ length: exercise.queries * exercise.tokens }, (_, i) => ({
    query: Math.floor(i / exercise.tokens),
    key: i % exercise.tokens,
  }));

/** A mask of the bug zoo: name one cell that is not as it was meant. */
export default defineExercise<BugExercise, At | undefined>({
  id: 'bug',
  label: 'Find the bug',
  order: 7,
  read(fields) {
    const bug = zoo.get(fields.string('bug'));
    const layer = fields.whole('layer', { min: 1, max: bug.subject.masks.length }, 1) - 1;
    const { keys: tokens, queries } = bug.subject.masks[layer]!;
    check(
      tokens <= MOST_MASK_TOKENS,
      `${fields.what}: the mask of '${bug.id}' has ${tokens} tokens, too many to look at`,
    );
    const exercise = { bug: bug.id, layer, tokens, queries };
    check(
      cellsOf(exercise).some((at) => differs(exercise, at)),
      `${fields.what}: no cell of layer ${layer + 1} of '${bug.id}' is wrong; the fault lies elsewhere`,
    );
    return exercise;
  },
  empty: () => undefined,
  begun: (_, answer) => answer !== undefined,
  check(exercise, answer) {
    const { bug, layer, tokens, queries } = exercise;
    const { repaired, story, subject } = zoo.get(bug);
    const at = answer!;
    const reads = has(subject.masks[layer]!.row(at.query), at.key);
    const cell = `Query ${at.query} ${reads ? 'reads' : 'does not read'} key ${at.key}`;
    if (differs(exercise, at))
      return {
        right: true,
        says: `Found. ${cell}, and should ${reads ? 'not' : ''}. ${story}`.replace(
          'should .',
          'should.',
        ),
      };
    const { because } = verdictOf(repaired[layer]!, tokens - queries + at.query, at.key, tokens);
    return {
      right: false,
      says: `${cell}, as it was meant: ${because.join(' and ') || write(repaired[layer]!)}. The fault lies elsewhere.`,
      at,
    };
  },
  solve: (exercise) => ({ answer: cellsOf(exercise).find((at) => differs(exercise, at))! }),
  wrong: (exercise) =>
    cellsOf(exercise)
      .filter((at) => !differs(exercise, at))
      .slice(0, 2)
      .map((answer) => ({ answer, says: /as it was meant/ })),
  answerOf({ tokens, queries }, value) {
    const { query, key } = (value ?? {}) as Record<string, unknown>;
    const inside = (one: unknown, below: number) =>
      Number.isInteger(one) && (one as number) >= 0 && (one as number) < below;
    return inside(query, queries) && inside(key, tokens) ? ({ query, key } as At) : undefined;
  },
  say: (_, answer) => (answer ? `query ${answer.query}, key ${answer.key}` : '–'),
});
