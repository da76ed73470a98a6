/**
 * @file An opened file as the page shows it: a list as the mask it implies, a stack of planes as layers, and attention
 * weights as the mask that let them through.
 */
import { write } from '../attention/expression';
import { Brought, isList, type Looked, type Said } from './foreign/brought';
import { recognise, type Asked, type Recognised } from './foreign/recognise';
import { besideItsText } from './ofText';
import { docOfImplied, docOfRecognised, docOfStack } from './opened';
import { signOf } from './foreign/sign';
import type { Shown } from './questions';

/** Weights are not a mask themselves: a cell counts as readable if softmax left its weight above 0. */
export const readAs = ({ form, because }: Looked, asked: Asked): Asked =>
  form === 'weights' && asked.polarity === undefined
    ? { ...asked, polarity: 'nonzero', because, weights: true }
    : asked;

export function shownOf(brought: Brought, picked: readonly number[], asked: Asked & Said): Shown {
  let said = asked;
  let look = brought.look(picked, said);
  const places = look.choices.map((_, i) => picked[i] ?? 0);
  if (isList(look.form)) {
    const blocked = asked.polarity === undefined ? undefined : asked.polarity === 'zero';
    const implied = brought.implied(places, {
      ...asked,
      ...(blocked !== undefined && { blocked }),
    });
    return { look, picked: places, opened: docOfImplied(implied) };
  }
  const reading = readAs(look, asked);
  if (look.stack !== undefined) {
    const layers = layersOf(brought, places, said, reading, look.shape[look.stack]!);
    if (look.axes!.sure || !areTexts(layers))
      return { look, picked: places, opened: docOfStack(layers) };
    // Planes that differ only in padding and documents are texts: show one at a time.
    const roles = look.axes!.roles.map((role) => (role === 'layer' ? 'batch' : role));
    said = { ...asked, axes: roles };
    look = brought.look(picked, said);
    const because = 'its planes differ in padding or documents alone, as those of texts do';
    look = { ...look, axes: { roles, because, sure: false } };
    const which = look.choices.map((_, i) => picked[i] ?? 0);
    return { look, picked: which, opened: docOfRecognised(layers[which.at(-1)!] ?? layers[0]!) };
  }
  const recognised = recognise(brought.matrix(places, said), reading);
  const opened = docOfRecognised(recognised);
  const { says } = opened;
  return {
    look,
    picked: places,
    opened: look.form === 'weights' ? { ...opened, says: `${WEIGHTS} ${says}` } : opened,
  };
}

const WEIGHTS =
  'These are attention weights: the rows sum to 1. The mask is what they imply: a weight of 0 was blocked, or is too small for its type.';

/** Each layer of a stack; layers with the same numbers are read once. */
function layersOf(
  brought: Brought,
  picked: readonly number[],
  said: Said,
  reading: Asked,
  count: number,
): readonly Recognised[] {
  const known = new Map<string, Recognised>();
  return Array.from({ length: count }, (_, layer) => {
    const matrix = brought.matrix(picked, said, layer);
    const sign = signOf(matrix);
    const one = known.get(sign) ?? recognise(matrix, reading);
    known.set(sign, one);
    return one;
  });
}

/** Whether they are one pattern, each with its own padding or documents. */
function areTexts(layers: readonly Recognised[]): boolean {
  const texts = layers.map(({ nearest }) => write(nearest.expression));
  if (
    new Set(texts).size < 2 ||
    layers.some(({ nearest, known }) => !known || nearest.difference.cells > 0)
  )
    return false;
  const cores = layers.map(({ nearest, mask }) => besideItsText(nearest.expression, mask.keys));
  return new Set(cores).size === 1;
}
