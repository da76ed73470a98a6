/**
 * @file Masks of the workbench as runs that train with them: a URL of the Lab, or of Compare if there is an intended
 * mask. Painted cells become terms if a few suffice; otherwise the mask is kept as rows, so that nothing is lost.
 */
import {
  and,
  maskOf,
  not,
  or,
  rowsIn,
  rowsOf,
  term,
  write,
  type Expression,
} from '../attention/expression';
import { read } from '../attention/parse';
import { joinMasks, MAX_MASKS } from '../attention/masksIn';
import { intersect, minus, run, type Runs } from '../attention/runs';
import { readRows } from '../attention/given';
import { writeRows } from '../attention/writeRows';
import { check, InputError } from '../core/check';
import { allows, clampParam } from '../core/params';
import { ownOf, type Comparison } from '../compare/comparison';
import type { RunSpec } from '../spec/run';
import { controlOf, DEFAULTS } from '../spec/controls';
import { maskOfLayer, type LayerDoc, type MaskDoc } from '../masks/doc';

/** A single mask is trained in a model with this many layers, all of them with it. */
const LAYERS_OF_ONE = 4;

/** Maximum number of rectangles written as terms: with more, the rows are kept. */
const MAX_TERMS = 100;

/**
 * The terms of a layer over T tokens, including its painted cells. Those are stored as single runs of each row; a
 * rectangle may also cover cells that already have its value, so that fewer rectangles are needed.
 */
export function withPaint(layer: LayerDoc, T: number): Expression {
  if (layer.paint.length === 0) return layer.expression;
  const [before, after] = [maskOf(layer.expression, T), maskOfLayer(layer, T)];
  const painted = paintedRows(layer, T);
  const opened = covering(
    painted,
    (q) => minus(after.row(q), before.row(q)),
    (q, cells) => minus(cells, after.row(q)).length === 0,
  );
  const blocked = covering(
    painted,
    (q) => minus(before.row(q), after.row(q)),
    (q, cells) => intersect(cells, after.row(q)).length === 0,
  );
  const open = opened.length > 0 ? or(layer.expression, ...opened) : layer.expression;
  return blocked.length > 0 ? and(open, ...blocked.map(not)) : open;
}

/** Rows with painted cells, in order: in a large mask with a few wrong cells there are hardly any. */
function paintedRows({ paint }: LayerDoc, T: number): readonly number[] {
  const painted = new Uint8Array(T);
  for (const { query, toQuery } of paint) painted.fill(1, query, toQuery);
  return Array.from(painted.keys()).filter((q) => painted[q] === 1);
}

/** Rectangles that cover all cells of `changed`, each over as many rows as `fits` allows. */
function covering(
  rows: readonly number[],
  changed: (query: number) => Runs,
  fits: (query: number, cells: Runs) => boolean,
): readonly Expression[] {
  const found: { from: number; to: number; cells: Runs }[] = [];
  const last = rows.at(-1) ?? -1;
  for (const q of rows) {
    if (found.length >= MAX_TERMS) break;
    const left = found
      .filter(({ from, to }) => from <= q && q <= to)
      .reduce<Runs>((rest, { cells }) => minus(rest, cells), changed(q));
    for (let r = 0; r < left.length; r += 2) {
      const cells = run(left[r]!, left[r + 1]!);
      let to = q;
      for (let next = q + 1; next <= last && fits(next, cells); next++)
        if (intersect(changed(next), cells).length > 0) to = next;
      found.push({ from: q, to, cells });
    }
  }
  return found.map(({ from, to, cells }) => term('cells', from, to, cells[0]!, cells[1]! - 1));
}

/**
 * Settings that train these masks. Throws InputError if no model of the Lab can have them: too many layers, more masks
 * than it has room for, too many painted cells for terms.
 */
export function trainedBy({ T, queries = T, layers }: MaskDoc): RunSpec {
  check(
    queries === T,
    `this mask has ${queries} queries of ${T} keys, and a training step needs a row for every token; take a square one, or its terms alone`,
  );
  const most = limit('layers');
  check(
    layers.length <= most,
    `these masks are of ${layers.length} layers; the Lab trains up to ${most}. Remove layers, or take one of them`,
  );
  const context = paramOf('context');
  const texts = layers.map((layer) => write(trained(layer, T, allows(context, T))));
  const masks = [...new Set(texts)];
  check(
    masks.length <= MAX_MASKS,
    `these layers have ${masks.length} different masks; the Lab has room for ${MAX_MASKS}`,
  );
  const signs = texts.map((text) => masks.indexOf(text) + 1);
  const stripes = signs.length === 1 ? '1'.repeat(LAYERS_OF_ONE) : signs.join('');
  const tokens = allows(context, T) ? T : clampParam(context, T);
  return {
    ...DEFAULTS,
    plan: 'custom',
    stripes,
    masks: joinMasks(masks),
    layers: stripes.length,
    context: tokens,
    // As many tokens per step as the Lab's defaults.
    batch: Math.max(1, Math.round((DEFAULTS.batch * DEFAULTS.context) / tokens)),
  };
}

/** The mask of a layer in terms, or as rows if it needs too many terms and the Lab has models with this many tokens. */
function trained(layer: LayerDoc, T: number, kept: boolean): Expression {
  const inTerms = withPaint(layer, T);
  try {
    const given = rowsIn(inTerms);
    // Rows for another number of tokens would not be the mask shown.
    if (given.length === 0 || (kept && given.every((rows) => readRows(rows).T === T)))
      return read(write(inTerms));
    throw new InputError('the mask is kept as rows');
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { min: least, max: most } = paramOf('context');
    check(
      kept,
      `${error.message}; as rows it can be trained where a model has a context of as many tokens, ${least} to ${most}, and this one has ${T}`,
    );
    return rowsOf(writeRows(maskOfLayer(layer, T)));
  }
}

/**
 * These masks, and the same with the intended mask in layer `at`, from 0: two runs of one comparison.
 * Layers with the same mask as that one are replaced too; the others stay.
 */
export function comparedBy(doc: MaskDoc, meant: Expression, at = 0): Comparison {
  const shared = trainedBy(doc);
  const textOf = ({ expression, paint }: LayerDoc) => JSON.stringify([write(expression), paint]);
  const wrong = textOf(doc.layers[at]!);
  const other = trainedBy({
    ...doc,
    layers: doc.layers.map((layer) =>
      textOf(layer) === wrong ? { expression: meant, paint: [] } : layer,
    ),
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
