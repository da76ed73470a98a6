/** @file What the layers of a part of a capture should read: what its config gives, or what the user says. */
import { InputError } from '../../core/check';
import { and, maskOf, not, rowsOf, term, type Expression } from '../../attention/expression';
import { intersect, run } from '../../attention/runs';
import { writeRows } from '../../attention/writeRows';
import { readConfig } from '../configs';
import { readStack } from '../stackText';
import type { Part } from './part';
import type { Capture } from './read';
import { fromFirstColumn, namesPadding } from './textTerms';

export interface Intended {
  /** One per layer of the step; missing if neither the user nor a config says it. */
  readonly layers?: readonly Expression[];
  /** Why the config says nothing. */
  readonly unread?: string;
  /** Whether the user said it. */
  readonly said?: true;
}

/** Where the padding of a part lies, in columns of its step. */
export interface Padding {
  readonly left: number;
  /** After the text; 0 while tokens are generated. */
  readonly right: number;
  /** Padding that came after the prompt, and so lies before the tokens generated since. */
  readonly inside?: { readonly from: number; readonly to: number };
}

export function paddingOf({ steps, padding }: Capture, { step, text }: Part): Padding {
  const { queries, keys } = steps[step]!;
  const [left = 0, right = 0] = padding?.[text] ?? [];
  if (queries === keys || right === 0) return { left, right: queries === keys ? right : 0 };
  const to = steps[0]!.keys;
  return { left, right: 0, ...(to < keys && { inside: { from: to - right, to } }) };
}

/**
 * `said`, a stack as written, replaces what the config gives: one mask for all layers, or one per layer, by the numbers
 * of layers, not their places; repeated if there are more. It says nothing of other stacks, such as an encoder. Its
 * numbers count tokens of each text, as those of a config do, unless it names padding itself: then it is taken as
 * written. Throws InputError if it cannot be read.
 */
export function intendedOf(capture: Capture, part: Part, said?: string): Intended {
  const step = capture.steps[part.step]!;
  if (step.part !== undefined) return {};
  const padding = paddingOf(capture, part);
  const placed = (one: Expression) => inBatch(one, step, padding);
  if (said !== undefined) {
    const stack = readStack(said);
    const known = new Map(
      stack.map((one) => [one, namesPadding(one) ? one : placed(one)] as const),
    );
    return {
      layers: step.layers.map(({ layer }) => known.get(stack[layer % stack.length]!)!),
      said: true,
    };
  }
  if (capture.config === undefined) return {};
  try {
    const { layers } = readConfig(capture.config);
    const missing = step.layers.find(({ layer }) => layers[layer] === undefined);
    if (missing)
      return {
        unread: `the config has ${layers.length} layers, and the capture names layer ${missing.layer}, counted from 0`,
      };
    return { layers: step.layers.map(({ layer }) => placed(layers[layer]!.expression)) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { unread: error.message };
  }
}

function inBatch(
  expression: Expression,
  { queries, keys }: { readonly queries: number; readonly keys: number },
  { left, right, inside }: Padding,
): Expression {
  if (left === 0 && right === 0 && !inside) return expression;
  const one = fromFirstColumn(expression, { left, queries, keys });
  const text = not(term('padding', left, right));
  const padded = one.kind === 'and' && !one.off ? and(...one.of, text) : and(one, text);
  if (!inside) return padded;
  // As rows: their windows and chunks end in padding, which no term declares.
  const real = [...run(0, inside.from), ...run(inside.to, keys)];
  const { row } = maskOf(padded, keys, queries);
  return rowsOf(writeRows({ queries, keys, row: (q) => intersect(row(q), real) }));
}
