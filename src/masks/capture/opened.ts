/** @file One step of a capture as a document of the workbench: a stack of layers, and the masks its config gives. */
import { write, type Expression } from '../../attention/expression';
import type { Mask } from '../../attention/mask';
import { recogniseMask, type Recognised } from '../foreign/recognise';
import { docOfStack, type Opened } from '../opened';
import { writeStack } from '../stackText';
import { inputsOf, intendedOf, type Intended } from './intended';
import { maskIn, type Part } from './part';
import type { Capture } from './read';
import type { ManifestLayer } from './format';

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
 * One part as the workbench opens it. `meant` is what `intended` gives for these layers: by default, the config of the
 * model. Without it, `meant` is the pattern that the masks are nearest to, and `unread` says why a config gives none.
 */
export function openedPart(
  capture: Capture,
  part: Part,
  intended: Intended = intendedOf(capture, part),
): Opened & { readonly unread?: string } {
  const { keys, layers, part: stack } = capture.steps[part.step]!;
  const { left, right, holes } = inputsOf(capture, part);
  const recognisedStack = docOfStack(
    layers.map((layer, l) =>
      recognisedIn(
        capture.masks[maskIn(layer, part)]!,
        keys,
        holes.length > 0 ? undefined : intended.layers?.[l],
      ),
    ),
  );
  // What its cells mean is no question: they were seen to be read.
  const { meant: near, readings: _, ...opened } = recognisedStack;
  const { reading: __, ...more } = recognisedStack.more ?? {};
  const fill = fillOf(layers);
  return {
    ...opened,
    more: {
      ...more,
      ran: true,
      ...(layers.every(({ kind }) => kind === 'cross_attention') && { cross: true }),
      ...(fill && { fill }),
      // Also if there is none: a last row that reads nothing looks like padding, and is not. What is padding to an
      // image, nobody says.
      ...((stack === undefined || capture.sourcePadding) && {
        declared: { start: left, length: keys - right, ...(holes.length > 0 && { holes }) },
      }),
    },
    ...(intended.layers
      ? { meant: writeStack(intended.layers) }
      : near !== undefined && { meant: near }),
    ...(intended.unread !== undefined && { unread: intended.unread }),
  };
}

/** The number an additive mask put into blocked cells, if all layers agree. */
function fillOf(layers: readonly ManifestLayer[]) {
  const [first] = layers;
  const { fill, infinite = false, dtype = 'float32' } = first!.given;
  const alike = layers.every(
    ({ given }) => given.fill === fill && (given.infinite ?? false) === infinite,
  );
  if (fill === undefined || !alike) return undefined;
  return { value: infinite ? -Infinity : fill, dtype };
}
