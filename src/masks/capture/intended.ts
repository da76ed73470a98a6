/** @file What the layers of a part of a capture should read: what its config gives, or what the user says. */
import { InputError } from '../../core/check';
import { and, maskOf, not, rowsOf, term, write, type Expression } from '../../attention/expression';
import { intersect } from '../../attention/runs';
import { writeRows } from '../../attention/writeRows';
import { readConfig } from '../configs';
import { realOf } from '../measure';
import { readStack } from '../stackText';
import type { Part } from './part';
import type { Capture } from './read';
import { bothWays, documentsAt, fromFirstColumn, names, namesPadding } from './textTerms';

export interface Intended {
  /** One per layer of the step; missing if neither the user nor a config says it. */
  readonly layers?: readonly Expression[];
  /** Why the config says nothing. */
  readonly unread?: string;
  /** Whether the user said it. */
  readonly said?: true;
}

/** What the inputs say of the keys of a part, in columns of its step. */
export interface Inputs {
  /** Tokens of padding before the text. */
  readonly left: number;
  /** After the text; 0 while tokens are generated. */
  readonly right: number;
  /** Where further documents begin. */
  readonly begins: readonly number[];
  /** Tokens [from, to) that are blocked although text is before and after them. */
  readonly holes: readonly (readonly [number, number])[];
  /** Tokens [from, to) that read one another in both directions. */
  readonly spans: readonly (readonly [number, number])[];
}

export function inputsOf(
  { steps, padding, documents, holes, spans, sourcePadding }: Capture,
  { step, text }: Part,
): Inputs {
  const { queries, keys, part } = steps[step]!;
  const begins = documents?.[text] ?? [];
  if (part !== undefined) {
    const [left = 0, right = 0] = sourcePadding?.[text] ?? [];
    return { left, right, begins: [], holes: [], spans: [] };
  }
  const [left = 0, right = 0] = padding?.[text] ?? [];
  const own = (holes?.[text] ?? []) as Inputs['holes'];
  const both = (spans?.[text] ?? []) as Inputs['spans'];
  if (queries === keys || right === 0)
    return { left, right: queries === keys ? right : 0, begins, holes: own, spans: both };
  // Padding that came after the prompt lies before the tokens generated since.
  const to = steps[0]!.keys;
  const inside = to < keys ? [...own, [to - right, to] as const] : own;
  return { left, right: 0, begins, holes: inside, spans: both };
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
  const inputs = inputsOf(capture, part);
  // Most layers are alike: each mask is placed once.
  const known = new Map<string, Expression>();
  const placed = (one: Expression): Expression => {
    const text = write(one);
    const there = known.get(text) ?? inBatch(one, step, inputs);
    known.set(text, there);
    return there;
  };
  if (said !== undefined) {
    const stack = readStack(said);
    return {
      layers: step.layers.map(({ layer }) => {
        const one = stack[layer % stack.length]!;
        return namesPadding(one) ? one : placed(one);
      }),
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

/** More images than these are too long as terms. */
const MOST_SPANS = 32;

function inBatch(
  expression: Expression,
  size: { readonly queries: number; readonly keys: number },
  { left, right, begins, holes, spans }: Inputs,
): Expression {
  const { queries, keys } = size;
  const text = fromFirstColumn(expression, { left, begins, ...size });
  const both = ['span', 'prefix'].some((id) => names(id, expression)) ? [] : spans;
  const parts = [both.length === 0 ? text : bothWays(text, both)];
  if (begins.length > 0 && !names('documents', expression)) parts.push(documentsAt(begins, size));
  if (left > 0 || right > 0) parts.push(not(term('padding', left, right)));
  const flat = parts.flatMap((one) => (one.kind === 'and' && !one.off ? one.of : [one]));
  const padded = parts.length === 1 ? parts[0]! : and(...flat);
  // As rows: windows and chunks of the text end in its holes, which no term declares.
  if (holes.length === 0 && both.length <= MOST_SPANS) return padded;
  const real = realOf({ holes }, keys);
  const { row } = maskOf(padded, keys, queries);
  return rowsOf(writeRows({ queries, keys, row: (q) => intersect(row(q), real) }));
}
