/** @file The findings about one piece of what was brought, as the page has them, and how it differs from what is meant. */
import { brief, write } from '../attention/expression';
import { differenceOf } from '../attention/mask';
import { has, union } from '../attention/runs';
import { declaredOf } from '../masks/declared';
import { Desk } from '../masks/desk';
import { queriesOf, stretchesOf, type LayerDoc, type MaskDoc } from '../masks/doc';
import { subjectOf, type Given } from '../masks/given';
import { inText } from '../masks/measure';
import { writeRectangles } from '../masks/paint';
import { readPlan } from '../masks/planText';
import type { Written } from '../masks/questions';
import { writeStack } from '../masks/stackText';
import type { Finding } from '../masks/subject';
import { sayLayers, together } from '../masks/together';
import { unseenIn } from '../masks/unseen';
import type { Piece } from './brought';
import { inPython, isTold } from './otherwise';
import { masksOfDoc, meantOf, sayMeant, type Meant, type MeantFacts } from './meant';

export interface Told extends Omit<Finding, 'layer'> {
  /** Counted from 0; empty if it concerns no single layer, or there is only one. */
  readonly layers: readonly number[];
  /** 'Layers 3 and 7', counted from 1, as on the page. */
  readonly where: string;
}

interface Apart {
  readonly layers: readonly number[];
  readonly where: string;
  /** In the first of the layers. */
  readonly cells: number;
  readonly first: { readonly query: number; readonly key: number };
  readonly reads: boolean;
  readonly meant: string;
}

export interface Checked {
  readonly of: string;
  readonly says: string;
  readonly queries: number;
  readonly keys: number;
  readonly layers: number;
  /** The masks as written. */
  readonly terms: string;
  readonly meant?: string;
  readonly findings: readonly Told[];
  /** Layers that differ from what they are meant to be. */
  readonly apart: readonly Apart[];
  readonly unsettled?: string;
  /** Windows and chunks that it should have, and is too short to show. */
  readonly unseen?: readonly number[];
  /** Whether it was read as numbers of tokens, which imply a mask. */
  readonly implied?: true;
  /** What having no findings means: follows "No findings". */
  readonly silence: string;
}

/** What the user says about the masks besides their cells. */
export interface Besides extends Given {
  readonly window?: number;
}

export async function checked(
  piece: Piece,
  {
    facts,
    other,
    layer,
    given,
  }: {
    readonly facts: MeantFacts;
    readonly other?: Piece | undefined;
    readonly layer?: number | undefined;
    readonly given: Besides;
  },
): Promise<Checked> {
  const { doc, says, more, meant: suggested } = piece.opened;
  const count = doc.layers.length;
  const meant = meantOf(doc, facts, other, layer);
  const beside = meant ?? suggestedOf(doc, suggested);
  const { declared, ...told } = subjectOf(given, count);
  const { window } = given;
  const findings = await new Desk().answer({
    kind: 'findings',
    layers: stretchesOf(doc.layers).map((one) => ({
      mask: writtenOf(one.layer, doc),
      count: one.count,
    })),
    ...(beside && { meant: beside.layers.map((one) => writtenOf(one, doc)) }),
    more: {
      ...more,
      ...told,
      ...(meant && { intended: true }),
      declared: { ...more?.declared, ...declared, ...(window !== undefined && { window }) },
    },
  });
  const all = together([...findings, ...(meant ? [] : (piece.beside ?? []))].filter(isTold));
  const apart = meant ? apartOf(doc, meant, given, more?.rounded ?? false) : [];
  return {
    of: piece.of,
    says,
    queries: queriesOf(doc),
    keys: doc.T,
    layers: count,
    terms: writeStack(doc.layers.map(({ expression }) => expression)),
    ...(meant?.text !== undefined && { meant: meant.text }),
    findings: all.map((one) => toldOf(one, count)),
    apart,
    ...(piece.unsettled !== undefined && { unsettled: piece.unsettled }),
    ...(more?.implied && { implied: true as const }),
    ...(meant && {
      unseen: unseenIn(
        meant.layers.map(({ expression }) => expression),
        doc.T,
      ),
    }),
    silence: silenceOf(doc, meant),
  };
}

export const toldOf = (
  { finding, layers }: ReturnType<typeof together>[number],
  count: number,
): Told => {
  const { layer: _, ...rest } = finding;
  return {
    ...inPython(rest),
    layers,
    where: count > 1 && layers.length > 0 ? sayLayers(layers) : '',
  };
};

const writtenOf = ({ expression, paint }: LayerDoc, doc: MaskDoc): Written => ({
  T: doc.T,
  ...(queriesOf(doc) !== doc.T && { queries: queriesOf(doc) }),
  expression: write(expression),
  paint: writeRectangles(paint),
});

/** The pattern that a file is nearly: found from its cells, as on the page. */
function suggestedOf(doc: MaskDoc, text: string | undefined): Meant | undefined {
  if (text === undefined) return undefined;
  const all = readPlan(text, { layers: doc.layers.length });
  return { layers: all.map((expression) => ({ expression, paint: [] })), text };
}

/** Layers that differ, padding aside: what rows of padding read reaches nothing. */
function apartOf(doc: MaskDoc, meant: Meant, given: Given, rounded: boolean): readonly Apart[] {
  const [masks, others] = [masksOfDoc(doc), masksOfDoc(doc, meant.layers)];
  const found = new Map<string, Apart & { readonly layers: number[] }>();
  masks.forEach((mask, layer) => {
    const one = meant.layers[layer]!;
    const declared = {
      ...declaredOf(one.expression, doc.T),
      ...(given.length !== undefined && { length: given.length }),
    };
    const other = others[layer]!;
    // A weight of 0 may have been rounded.
    const own = rounded ? { ...mask, row: (q: number) => union(mask.row(q), other.row(q)) } : mask;
    const { cells, first } = differenceOf(inText(own, declared), inText(other, declared));
    if (!first) return;
    const sign = `${cells} ${first.query} ${first.key} ${sayMeant(one)}`;
    const known = found.get(sign);
    if (known) known.layers.push(layer);
    else
      found.set(sign, {
        layers: [layer],
        where: '',
        cells,
        first,
        reads: has(own.row(first.query), first.key),
        meant: sayMeant(one),
      });
  });
  return [...found.values()].map((one) => ({
    ...one,
    where: doc.layers.length > 1 ? sayLayers(one.layers) : '',
    layers: doc.layers.length > 1 ? one.layers : [],
  }));
}

export function silenceOf({ layers }: MaskDoc, meant: Meant | undefined): string {
  if (meant) return ': it is the mask it should be';
  if (layers.some(({ expression }) => expression.kind === 'rows'))
    return ': what it is meant to be is not known, so only dead rows, unread keys and fills were checked';
  if (layers.some(({ paint }) => paint.length > 0)) return '';
  const [only, ...others] = new Set(layers.map(({ expression }) => brief(expression)));
  return others.length === 0 && only!.length <= SHORT
    ? `: it is exactly ${only}`
    : ': each mask is exactly the pattern that was found';
}

/** Characters of a pattern that is named within a sentence. */
const SHORT = 60;
