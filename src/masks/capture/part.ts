/** @file A step, a text and a head of a capture, and which of them differ. */
import type { Capture } from './read';
import type { ManifestLayer } from './format';

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

/** What the inputs say of a text, as a sign: texts that differ in it are expected to read different keys. */
export const inputSign = (
  {
    padding,
    documents,
    holes,
    spans,
    sourcePadding,
  }: Pick<Capture, 'documents' | 'holes' | 'padding' | 'sourcePadding' | 'spans'>,
  text: number,
): string =>
  JSON.stringify([padding, documents, holes, spans, sourcePadding].map((all) => all?.[text]));

/** The parts of a step whose masks differ from those of the parts before: all texts and heads, each kind once. */
export function partsOf(capture: Capture, step: number): readonly Part[] {
  const { layers } = capture.steps[step]!;
  const heads = Math.max(...layers.flatMap(({ masks }) => masks.map((one) => one.length)));
  const seen = new Set<string>();
  const parts: Part[] = [];
  for (let text = 0; text < capture.texts; text++)
    for (let head = 0; head < heads; head++) {
      const part = { step, text, head };
      const sign = `${inputSign(capture, text)} ${layers.map((layer) => maskIn(layer, part)).join()}`;
      if (seen.has(sign)) continue;
      seen.add(sign);
      parts.push(part);
    }
  return parts;
}
