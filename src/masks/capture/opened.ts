/** @file One step of a capture as a document of the workbench: a stack of layers, and the masks its config gives. */
import { InputError } from '../../core/check';
import { and, maskOf, not, rowsOf, term, write, type Expression } from '../../attention/expression';
import type { Mask } from '../../attention/mask';
import { intersect, run } from '../../attention/runs';
import { writeRows } from '../../attention/writeRows';
import { readConfig } from '../configs';
import { recogniseMask, type Recognised } from '../foreign/recognise';
import { docOfStack, type Opened } from '../opened';
import { writeStack } from '../stackText';
import type { Capture } from './read';
import type { ManifestLayer, ManifestStep } from './format';

/** Which part of a capture: indices from 0. */
export interface Part {
  readonly step: number;
  readonly text: number;
  readonly head: number;
}

/** The index of the mask of a layer for one text and head. */
export const maskIn = (
  { masks }: ManifestLayer,
  { text, head }: Pick<Part, 'text' | 'head'>,
): number => {
  const heads = masks[masks.length === 1 ? 0 : text]!;
  return heads[heads.length === 1 ? 0 : head % heads.length]!;
};

/** The parts of a step whose masks differ from those of the parts before: all texts and heads, each kind once. */
export function partsOf(capture: Capture, step: number): readonly Part[] {
  const { layers } = capture.steps[step]!;
  const heads = Math.max(...layers.flatMap(({ masks }) => masks.map((one) => one.length)));
  const seen = new Set<string>();
  const parts: Part[] = [];
  for (let text = 0; text < capture.texts; text++)
    for (let head = 0; head < heads; head++) {
      const part = { step, text, head };
      const sign = `${capture.padding?.[text]?.join() ?? ''} ${layers.map((layer) => maskIn(layer, part)).join()}`;
      if (seen.has(sign)) continue;
      seen.add(sign);
      parts.push(part);
    }
  return parts;
}

const recognised = new WeakMap<Mask, Map<string, Recognised>>();

/** Its mask in the columns of the step: a cache that keeps only the last keys leaves the ones before out. */
function recognisedIn(mask: Mask, keys: number, intended: Expression | undefined): Recognised {
  const known = recognised.get(mask) ?? new Map<string, Recognised>();
  recognised.set(mask, known);
  const sign = `${keys} ${intended ? write(intended) : ''}`;
  const found =
    known.get(sign) ??
    recogniseMask(moved(mask, keys), 'it was captured from a running model', intended);
  known.set(sign, found);
  return found;
}

function moved(mask: Mask, keys: number): Mask {
  const by = keys - mask.keys;
  if (by === 0) return mask;
  return { queries: mask.queries, keys, row: (q) => mask.row(q).map((at) => at + by) };
}

/**
 * One part as the workbench opens it. `meant` is what the config of the model gives for these layers; missing without
 * a config that can be read, and then `unread` says why.
 */
export function openedPart(capture: Capture, part: Part): Opened & { readonly unread?: string } {
  const step = capture.steps[part.step]!;
  const { keys, queries, layers } = step;
  const [left = 0, right = 0] = capture.padding?.[part.text] ?? [];
  // Padding before the text is padding in every later step; padding after it is before the tokens that are generated.
  const after = queries === keys ? right : 0;
  const prompt = capture.steps[0]!.keys;
  const generated = right > 0 && queries < keys && prompt < keys;
  const inside = generated ? { from: prompt - right, to: prompt } : undefined;
  const { meant, unread } = meantBy(capture, step, { left, right: after, inside });
  const stack = docOfStack(
    layers.map((layer, l) =>
      recognisedIn(capture.masks[maskIn(layer, part)]!, keys, inside ? undefined : meant?.[l]),
    ),
  );
  // What its cells mean is no question: they were seen to be read.
  const { meant: near, readings: _, ...opened } = stack;
  const { reading: __, ...more } = stack.more ?? {};
  const fill = fillOf(layers);
  return {
    ...opened,
    more: {
      ...more,
      ran: true,
      ...(fill && { fill }),
      ...((left > 0 || after > 0) && {
        declared: {
          ...(left > 0 && { start: left }),
          ...(after > 0 && { length: keys - after }),
        },
      }),
    },
    ...(meant ? { meant: writeStack(meant) } : near !== undefined && { meant: near }),
    ...(unread !== undefined && { unread }),
  };
}

/** The number an additive mask put into blocked cells, if all layers agree. */
function fillOf(layers: readonly ManifestLayer[]) {
  const [first] = layers;
  const { fill: value, dtype = 'float32' } = first!.given;
  if (value === undefined || layers.some(({ given }) => given.fill !== value)) return undefined;
  return { value, dtype };
}

/** What the config gives for these layers. */
function meantBy(
  { config }: Capture,
  { layers, part, queries, keys }: ManifestStep,
  {
    left,
    right,
    inside,
  }: {
    readonly left: number;
    readonly right: number;
    readonly inside: { readonly from: number; readonly to: number } | undefined;
  },
): { readonly meant?: readonly Expression[]; readonly unread?: string } {
  // A config's layers are those that write text.
  if (config === undefined || part !== undefined) return {};
  try {
    const read = readConfig(config);
    const expressions = layers.map(
      ({ layer }): Expression | undefined => read.layers[layer]?.expression,
    );
    const missing = expressions.findIndex((one) => one === undefined);
    if (missing >= 0)
      return {
        unread: `the config has ${read.layers.length} layers, and the capture names layer ${layers[missing]!.layer}, counted from 0`,
      };
    if (left === 0 && right === 0 && !inside) return { meant: expressions.map((one) => one!) };
    const text = not(term('padding', left, right));
    const padded = (expression: Expression) => {
      const one = chunksFrom(left, expression, keys);
      return one.kind === 'and' ? and(...one.of, text) : and(one, text);
    };
    if (!inside) return { meant: expressions.map((one) => padded(one!)) };
    // As rows: their windows and chunks end in padding, which no term declares.
    const real = [...run(0, inside.from), ...run(inside.to, keys)];
    const rows = (one: Expression) => {
      const { row } = maskOf(padded(one), keys, queries);
      return writeRows({ queries, keys, row: (q) => intersect(row(q), real) });
    };
    return { meant: expressions.map((one) => rowsOf(rows(one!))) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { unread: error.message };
  }
}

/** Chunks are counted from the first token of the text, as a model counts its positions. */
function chunksFrom(left: number, expression: Expression, keys: number): Expression {
  if (expression.kind === 'and' || expression.kind === 'or')
    return { ...expression, of: expression.of.map((one) => chunksFrom(left, one, keys)) };
  if (expression.kind === 'not')
    return { ...expression, of: chunksFrom(left, expression.of, keys) };
  if (expression.kind !== 'term' || expression.term !== 'chunk') return expression;
  const [size] = expression.numbers as [number];
  const borders = [];
  for (let at = left; at < keys; at += size) borders.push(at);
  return left % size === 0 ? expression : term('documents', ...borders);
}
