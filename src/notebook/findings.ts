/** @file The findings about a document of a widget, as the widget itself asks for them (state/answers.svelte.ts). */
import { write } from '../attention/expression';
import { has } from '../attention/runs';
import { inFull } from '../attention/rowNames';
import { Desk } from '../masks/desk';
import {
  layerOf,
  maskOfLayer,
  queriesOf,
  stretchesOf,
  type LayerDoc,
  type MaskDoc,
} from '../masks/doc';
import { writeRectangles } from '../masks/paint';
import type { Answer, Written } from '../masks/questions';
import { readStack, writeStack } from '../masks/stackText';
import { together } from '../masks/together';
import { silenceOf, toldOf, type Checked } from './checked';
import { sayMeant } from './meant';
import { isTold } from './otherwise';
import type { ShownDoc } from './state';

const writtenOf = ({ expression, paint }: LayerDoc, { T, queries }: MaskDoc): Written => ({
  T,
  ...(queries !== undefined && { queries }),
  expression: write(expression),
  paint: writeRectangles(paint),
});

/** `layer`: the one that is shown; a single mask to compare with is about this layer. */
export async function checkedOf(
  { of, doc, says, more, meant, step, unsettled }: ShownDoc,
  layer: number,
): Promise<Checked> {
  const desk = new Desk();
  const others = meant ? readStack(inFull(meant)).map(layerOf) : undefined;
  const alone = others?.length === 1;
  const own = doc.layers[layer]!;
  const findings = await desk.answer({
    kind: 'findings',
    layers: alone
      ? [{ mask: writtenOf(own, doc), count: 1 }]
      : stretchesOf(doc.layers).map((one) => ({
          mask: writtenOf(one.layer, doc),
          count: one.count,
        })),
    ...(others && { meant: others.map((one) => writtenOf(one, doc)) }),
    more: { ...more, ...(step && { step }) },
  });
  const count = doc.layers.length;
  const ofLayer = alone && count > 1;
  const other = others?.[layer % others.length];
  const difference =
    other &&
    (await desk.answer({
      kind: 'difference',
      mask: writtenOf(own, doc),
      other: writtenOf(other, doc),
    }));
  return {
    of,
    says,
    queries: queriesOf(doc),
    keys: doc.T,
    layers: count,
    terms: writeStack(doc.layers.map(({ expression }) => expression)),
    ...(meant && { meant }),
    findings: together(
      (ofLayer ? findings.map((one) => ({ ...one, layer })) : findings).filter(isTold),
    ).map((one) => toldOf(one, count)),
    apart: other && difference ? apartOf(doc, layer, difference, sayMeant(other)) : [],
    ...(unsettled !== undefined && { unsettled }),
    silence: silenceOf(doc, others && { layers: others }),
  };
}

function apartOf(
  doc: MaskDoc,
  layer: number,
  { cells, first }: Answer<'difference'>,
  meant: string,
): Checked['apart'] {
  if (!first) return [];
  const mask = maskOfLayer(doc.layers[layer]!, doc.T, queriesOf(doc));
  const several = doc.layers.length > 1;
  return [
    {
      layers: several ? [layer] : [],
      where: several ? `Layer ${layer + 1}` : '',
      cells,
      first,
      reads: has(mask.row(first.query), first.key),
      meant,
    },
  ];
}
