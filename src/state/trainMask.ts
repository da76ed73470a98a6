/**
 * @file Masks of the workbench as runs that train them: an address of the Lab, and of Compare where there is a mask that was
 * meant. Paint becomes terms, so that nothing of it is lost.
 */
import { and, not, or, read, term, write, type Expression } from '../attention/expression';
import { joinMasks, MOST_MASKS } from '../attention/masksIn';
import { check } from '../core/check';
import { allows, clampParam } from '../core/params';
import { ownOf, type Comparison } from '../compare/comparison';
import { controlOf, DEFAULTS, type RunSpec } from '../spec/run';
import type { LayerDoc, MaskDoc } from '../masks/doc';

/** A mask alone is trained in a model of as many layers, all of them with it. */
const LAYERS_OF_ONE = 4;

/** The terms of a layer, its paint among them. */
export function withPaint({ expression, paint }: LayerDoc): Expression {
  return paint.reduce((under, { query, toQuery, key, toKey, open }) => {
    const cells = term('cells', query, toQuery - 1, key, toKey - 1);
    return open ? or(under, cells) : and(under, not(cells));
  }, expression);
}

/**
 * Settings that train these masks. Throws InputError where no model of the Lab has them: too many layers, more masks than
 * it has room for, paint that is too much for terms.
 */
export function trainedBy({ T, layers }: MaskDoc): RunSpec {
  const most = limit('layers');
  check(
    layers.length <= most,
    `these masks are of ${layers.length} layers; the Lab trains up to ${most}. Remove layers, or take one of them`,
  );
  const texts = layers.map((layer) => {
    const text = write(withPaint(layer));
    read(text); // refuses one that is too long, in words
    return text;
  });
  const masks = [...new Set(texts)];
  check(
    masks.length <= MOST_MASKS,
    `these layers have ${masks.length} different masks; the Lab has room for ${MOST_MASKS}`,
  );
  const signs = texts.map((text) => masks.indexOf(text) + 1);
  const stripes = signs.length === 1 ? '1'.repeat(LAYERS_OF_ONE) : signs.join('');
  const context = paramOf('context');
  const tokens = allows(context, T) ? T : clampParam(context, T);
  return {
    ...DEFAULTS,
    plan: 'custom',
    stripes,
    masks: joinMasks(masks),
    layers: stripes.length,
    context: tokens,
    // As many tokens in a step as the Lab begins with.
    batch: Math.max(1, Math.round((DEFAULTS.batch * DEFAULTS.context) / tokens)),
  };
}

/** These masks, and the same layers with the mask that was meant: two runs of one comparison. */
export function comparedBy(doc: MaskDoc, meant: Expression): Comparison {
  const shared = trainedBy(doc);
  const other = trainedBy({
    ...doc,
    layers: doc.layers.map(() => ({ expression: meant, paint: [] })),
  });
  return {
    shared,
    runs: [
      { name: 'as it is', own: ownOf(shared) },
      { name: 'as meant', own: ownOf(other) },
    ],
  };
}

const paramOf = (name: 'layers' | 'context') => {
  const control = controlOf(name);
  if (control.kind !== 'number') throw new Error(`${name} is a number`);
  return control.param;
};
const limit = (name: 'layers') => paramOf(name).max;
