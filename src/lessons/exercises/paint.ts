import { check } from '../../core/check';
import { maskOf, write, type Expression } from '../../attention/expression';
import { read } from '../../attention/parse';
import { has } from '../../attention/runs';
import { sayBecause } from '../because';
import { MAX_MASK_TOKENS } from '../scene';
import { defineExercise } from '../exercise';

interface PaintExercise {
  readonly expression: Expression;
  readonly tokens: number;
  /** Rows already painted at the start. */
  readonly given: number;
  /**
   * The number of layers with this mask. If it is given, the reader paints what a query depends on, not what it reads.
   */
  readonly layers: number;
  readonly cells: readonly boolean[]; // row-major [tokens, tokens]
}

function cellsOf(expression: Expression, tokens: number, layers: number): boolean[] {
  const mask = maskOf(expression, tokens);
  const once = Array.from({ length: tokens * tokens }, (_, i) =>
    has(mask.row(Math.floor(i / tokens)), i % tokens),
  );
  // A token also depends on itself, whatever the mask, because of the residual stream.
  const step = (q: number, k: number) => q === k || once[q * tokens + k]!;
  let cells = once;
  for (let layer = 1; layer < layers; layer++) {
    const before = cells;
    cells = before.map((_, i) => {
      const [q, k] = [Math.floor(i / tokens), i % tokens];
      for (let via = 0; via < tokens; via++)
        if (step(q, via) && (before[via * tokens + k]! || via === k)) return true;
      return false;
    });
  }
  return cells;
}

/** The reader paints the expected mask, cell by cell. An answer is a row-major string of 0 and 1. */
export default defineExercise<PaintExercise, string>({
  id: 'paint',
  label: 'Paint the mask',
  order: 2,
  read(fields) {
    const expression = read(fields.string('mask'));
    const tokens = fields.whole('tokens', { min: 3, max: MAX_MASK_TOKENS });
    const given = fields.whole('given', { min: 0, max: tokens - 1 }, 0);
    const layers = fields.whole('layers', { min: 1, max: 8 }, 1);
    const cells = cellsOf(expression, tokens, layers);
    check(
      cells.includes(true) && cells.includes(false),
      `${fields.what}: the mask lets everything through, or nothing`,
    );
    return { expression, tokens, given, layers, cells };
  },
  empty: ({ cells, tokens, given }) =>
    cells.map((cell, i) => (i < given * tokens && cell ? '1' : '0')).join(''),
  begun: (exercise, answer) => answer.slice(exercise.given * exercise.tokens).includes('1'),
  check({ cells, tokens, expression, layers }, answer) {
    const wrong = cells.findIndex((cell, i) => cell !== (answer[i] === '1'));
    if (wrong < 0)
      return {
        right: true,
        says: `Right: ${cells.filter(Boolean).length} of the ${cells.length} cells are painted, as the rule says.`,
      };
    const [query, key] = [Math.floor(wrong / tokens), wrong % tokens];
    const many = cells.filter((cell, i) => cell !== (answer[i] === '1')).length;
    const allowed = cells[wrong]!;
    const back = query - key;
    const far =
      back > 0 ? `${back} back` : back === 0 ? /* a message */ 'itself' : `${-back} ahead`;
    const why =
      layers > 1
        ? allowed
          ? `${layers} layers carry information from key ${key} to query ${query}`
          : `${layers} layers carry no information from key ${key} to query ${query}`
        : sayBecause(expression, query, key, tokens);
    return {
      right: false,
      says: `The first wrong cell is query ${query}, key ${key} (${far}). It should ${allowed ? 'be painted' : 'stay blank'}, because ${why}. ${many === 1 ? 'It is the only one.' : `In all, ${many} cells are wrong.`}`,
      at: { query, key },
    };
  },
  solve: ({ cells }) => ({ answer: cells.map(Number).join('') }),
  wrong({ cells, tokens, given }) {
    const from = given * tokens;
    const flip = (at: number) => cells.map((cell, i) => +(i === at ? !cell : cell)).join('');
    const missing = cells.findIndex((cell, i) => i >= from && cell);
    const extra = cells.findIndex((cell, i) => i >= from && !cell);
    return [missing, extra]
      .filter((at) => at >= 0)
      .map((at) => ({
        answer: flip(at),
        says: new RegExp(
          `query ${Math.floor(at / tokens)}, key ${at % tokens} .*because .*(only one)`,
        ),
      }));
  },
  answerOf: ({ tokens }, value) =>
    typeof value === 'string' && value.length === tokens ** 2 && /^[01]+$/.test(value)
      ? value
      : undefined,
  say: ({ cells, expression }, answer) => {
    const off = cells.filter((cell, i) => cell !== (answer[i] === '1')).length;
    if (off === 0) return `every cell of ${write(expression)}`;
    return `${off} ${off === 1 ? 'cell' : 'cells'} from ${write(expression)}`;
  },
});
