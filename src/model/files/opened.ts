/** @file A model that can write, whatever its origin. */
import { cachedKeys } from '../../attention/cost';
import type { LayerPlan } from '../../attention/pattern';
import { random } from '../../core/random';
import { lettered, letteringOf, numbered, text, type Lettering } from '../../data/lettering';
import { utf8 } from '../../data/utf8';
import { modelSpecOf, type ModelSpec } from '../../spec/model';
import { isOwnText, sourceOf } from '../../spec/run';
import type { HostWeights } from '../arena';
import type { Checkpoint } from './checkpoint';

export interface OpenedModel {
  readonly title: string;
  readonly model: ModelSpec;
  readonly weights: HostWeights;
  readonly lettering: Lettering;
  /** A prompt to start with. */
  readonly example: string;
  /** For a model of ours: what further training starts from. */
  readonly checkpoint?: Checkpoint;
}

const OPENING = 'Call me Ishmael. Some years ago';

export function openedCheckpoint(title: string, checkpoint: Checkpoint): OpenedModel {
  const source = sourceOf(checkpoint.spec);
  const model = modelSpecOf(checkpoint.spec);
  const lettering = letteringOf(source);
  let example = isOwnText(checkpoint.spec) ? openingOf(checkpoint.text ?? '') : OPENING;
  if (source.kind === 'task') {
    const { tokens, weights } = source.example(
      random('prompt', source.id),
      checkpoint.spec.context,
      checkpoint.spec.distance,
    );
    const asked = weights.findIndex((weight) => weight > 0);
    example = lettering.write(tokens.subarray(0, asked + 1));
  }
  return { title, model, weights: checkpoint.weights, lettering, example, checkpoint };
}

/** The first characters of the text a model was trained on. */
function openingOf(text: string): string {
  const [line = ''] = text.trim().split(/[\n\f\r]/, 1);
  return (
    [...line]
      .slice(0, [...OPENING].length)
      .join('')
      .trim() || OPENING
  );
}

/** OPENING, if the model's own tokens can write all of it; else a few of its characters. */
function exampleIn(lettering: Lettering, labels: readonly string[]): string {
  if (lettering.read(OPENING).strange.size === 0) return OPENING;
  return labels
    .filter((label) => /^\p{L}$/u.test(label))
    .slice(0, 3)
    .join('');
}

/** A model from elsewhere: with its characters if it has any, else with token numbers. */
export function openedElsewhere(
  title: string,
  model: ModelSpec,
  weights: HostWeights,
  vocabulary: readonly string[] | 'bytes' | undefined,
): OpenedModel {
  if (vocabulary === 'bytes')
    return { title, model, weights, lettering: text(utf8), example: OPENING };
  const single = vocabulary?.every((label) => [...label].length === 1) ? vocabulary : undefined;
  const lettering = single ? lettered(single) : numbered(model.vocabulary);
  const example = single ? exampleIn(lettering, single) : '1 2 3';
  return { title, model, weights, lettering, example };
}

/** Bytes of keys and values after T tokens, float32, one sequence (counted; design section 3). */
export const cacheBytes = (
  m: Pick<ModelSpec, 'kvHeads' | 'headDim'>,
  layers: LayerPlan,
  T: number,
) => layers.reduce((sum, layer) => sum + 2 * 4 * m.kvHeads * m.headDim * cachedKeys(layer, T), 0);
