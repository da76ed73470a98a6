/** @file What a page shows of a capture besides its masks, as plain data. */
import type { Together } from '../together';
import type { Difference } from '../../attention/mask';
import { inputSign, maskIn, type Part } from './part';
import type { Capture } from './read';
import type { Manifest, ManifestLayer, ManifestStep } from './format';

export interface CaptureFacts extends Pick<
  Manifest,
  'model' | 'made' | 'texts' | 'tokens' | 'notes'
> {
  /** Heads that differ in masks or weights. */
  readonly heads: number;
  readonly steps: readonly StepFacts[];
}

interface StepFacts extends Pick<ManifestStep, 'name' | 'part' | 'queries' | 'keys'> {
  readonly layers: readonly LayerFacts[];
  /** [texts][heads] parts with the same number have the same masks. */
  readonly alike: readonly (readonly number[])[];
}

interface LayerFacts extends Pick<
  ManifestLayer,
  'layer' | 'kind' | 'module' | 'calledFrom' | 'given' | 'notes'
> {
  readonly weights?: { readonly computed: boolean; readonly largestError: number };
}

/** What is wrong in one part of a step. */
export interface WrongPart {
  readonly part: Part;
  readonly findings: readonly Together[];
  /** Layers (places in the step) that differ from the intended masks, whether or not a lint recognises why. */
  readonly apart: readonly (Difference & { readonly layer: number })[];
}

export function factsOf(capture: Capture, heads: number): CaptureFacts {
  const { model, made, texts, tokens, notes, steps } = capture;
  return {
    ...(model !== undefined && { model }),
    ...(made && { made }),
    ...(tokens && { tokens }),
    ...(notes && { notes }),
    texts,
    heads,
    steps: steps.map(({ name, part, queries, keys, layers }) => ({
      name,
      ...(part !== undefined && { part }),
      queries,
      keys,
      layers: layers.map(({ masks: _, weights, ...facts }) => ({
        ...facts,
        ...(weights && {
          weights: { computed: weights.computed, largestError: weights.largestError },
        }),
      })),
      alike: alikeIn(capture, layers, heads),
    })),
  };
}

function alikeIn(
  capture: Capture,
  layers: readonly ManifestLayer[],
  heads: number,
): readonly (readonly number[])[] {
  const known = new Map<string, number>();
  return Array.from({ length: capture.texts }, (_, text) =>
    Array.from({ length: heads }, (__, head) => {
      const masks = layers.map((layer) => maskIn(layer, { text, head })).join();
      const sign = `${inputSign(capture, text)} ${masks}`;
      const number = known.get(sign) ?? known.size;
      known.set(sign, number);
      return number;
    }),
  );
}
