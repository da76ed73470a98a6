import { check } from '../../core/check';
import type { Fields } from '../../core/fields';
import type { Mask } from '../../attention/mask';
import { maskOf, type Expression } from '../../attention/expression';
import { read } from '../../attention/parse';
import { object, readable, whole } from '../../core/schema';
import { has } from '../../attention/runs';
import { zoo } from '../../masks/zoo';
import { sayBecause } from '../because';
import { MAX_MASK_TOKENS } from '../scene';
import { defineExercise } from '../exercise';

export interface BugExercise {
  /** The id of a bug in the zoo; if missing, `own` gives the mask. */
  readonly bug?: string;
  readonly own?: { readonly mask: string; readonly meant: string; readonly story: string };
  readonly layer: number; // from 0
  readonly tokens: number;
  readonly queries: number;
}

export interface At {
  readonly query: number;
  readonly key: number;
}

interface Case {
  readonly mask: Mask;
  readonly meant: Expression;
  readonly story: string;
}

/** The mask shown, the intended mask, and what happened. */
export function caseOf({ bug, own, layer, tokens }: BugExercise): Case {
  if (own)
    return { mask: maskOf(read(own.mask), tokens), meant: read(own.meant), story: own.story };
  const { subject, repaired, story } = zoo.get(bug!);
  return { mask: subject.masks[layer]!, meant: repaired[layer]!, story };
}

/** Whether this cell differs from the intended mask. */
function differs(exercise: BugExercise, { query, key }: At): boolean {
  const { mask, meant } = caseOf(exercise);
  const { tokens, queries } = exercise;
  return has(mask.row(query), key) !== has(maskOf(meant, tokens, queries).row(query), key);
}

const cellsOf = (exercise: BugExercise): readonly At[] =>
  Array.from({ length: exercise.queries * exercise.tokens }, (_, i) => ({
    query: Math.floor(i / exercise.tokens),
    key: i % exercise.tokens,
  }));

/** A mask in terms, the intended one, and the consequence. */
function ownOf(fields: Fields): BugExercise {
  const tokens = fields.whole('tokens', { min: 2, max: MAX_MASK_TOKENS });
  const own = {
    mask: fields.string('mask'),
    meant: fields.string('meant'),
    story: fields.string('story'),
  };
  const exercise = { own, layer: 0, tokens, queries: tokens };
  check(
    cellsOf(exercise).some((at) => differs(exercise, at)),
    `${fields.what}: '${own.mask}' and '${own.meant}' are the same over ${tokens} tokens; there is nothing to find`,
  );
  return exercise;
}

/** A mask from the bug zoo, or one written as terms: find one cell that differs from the intended mask. */
export default defineExercise<BugExercise, At | undefined>({
  id: 'bug',
  label: 'Find the bug',
  order: 7,
  read(fields) {
    if (!fields.has('bug')) return ownOf(fields);
    const bug = zoo.get(fields.string('bug'));
    const layer = fields.whole('layer', { min: 1, max: bug.subject.masks.length }, 1) - 1;
    const { keys: tokens, queries } = bug.subject.masks[layer]!;
    check(
      tokens <= MAX_MASK_TOKENS,
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
    const { tokens, queries } = exercise;
    const { mask, meant, story } = caseOf(exercise);
    const at = answer!;
    const reads = has(mask.row(at.query), at.key);
    const cell = `Query ${at.query} ${reads ? 'reads' : 'does not read'} key ${at.key}`;
    if (differs(exercise, at))
      return {
        right: true,
        says: reads
          ? `Found. ${cell}, and should not. ${story}`
          : `Found. ${cell}, and should. ${story}`,
      };
    const why = sayBecause(meant, tokens - queries + at.query, at.key, tokens);
    return {
      right: false,
      says: `${cell}, as it was meant, because ${why}. The fault is in another cell.`,
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
    const at = { query: whole({ max: queries - 1 }), key: whole({ max: tokens - 1 }) };
    return readable(object(at, 'ignored'), value);
  },
  say: (_, answer) => (answer ? `query ${answer.query}, key ${answer.key}` : '–'),
});
