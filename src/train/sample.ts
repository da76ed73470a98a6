/** @file What a model writes: a continuation of the prompt, or its answers to the watched sequence of a task. */
import { random } from '../core/random';
import type { Feed } from '../data/batches';
import type { CorpusSource, Source } from '../data/source';
import { Decoder } from '../model/decode/decoder';
import { alternatives, draw } from '../model/decode/sample';
import type { ModelSpec } from '../spec/model';
import type { RunSpec } from '../spec/run';
import type { Sample } from '../workers/train/results';
import type { Model } from './model';

const SAMPLING = { temperature: 0.8, topK: 0, topP: 1 };
const SAMPLE = 120; // maximum characters; never beyond the context

interface Written {
  readonly spec: RunSpec;
  readonly modelSpec: ModelSpec;
  readonly source: Source;
  readonly feed: Feed;
  readonly model: Model;
}

/** What the model writes: a continuation of the prompt, or its answers to the watched sequence of a task. */
export const sampleOf = (of: Written): Promise<Sample> =>
  of.source.kind === 'corpus' ? continuation(of, of.source) : answers(of);

async function continuation(
  { spec, modelSpec, feed, model }: Written,
  { vocabulary: { decode } }: CorpusSource,
): Promise<Sample> {
  const { step } = model;
  const decoder = new Decoder(modelSpec, await model.weights());
  const { prompt } = feed;
  const { next: uniform } = random(spec.seed, 'sample', step);
  let logits = decoder.prefill(prompt);
  const written: number[] = [];
  for (let room = Math.min(SAMPLE, spec.context - prompt.length); room > 0; room--) {
    const { token } = draw(alternatives(logits, SAMPLING), uniform());
    written.push(token);
    logits = decoder.next(token);
  }
  return { step, prompt: decode(prompt), text: decode(written) };
}

async function answers({ source, feed, model }: Written): Promise<Sample> {
  const { step } = model;
  const { tokens, targets, weights } = feed.watched;
  const { label, size } = source.vocabulary;
  const numbers = await model.logits(tokens);
  const asked = [...weights.keys()].filter((row) => weights[row]! > 0);
  const answer = (row: number) => {
    const scores = numbers.subarray(row * size, (row + 1) * size);
    return label(scores.indexOf(scores.reduce((a, b) => Math.max(a, b))));
  };
  return {
    step,
    prompt: [...tokens].map(label).join(' '),
    text: asked.map(answer).join(' '),
    right: asked.map((row) => label(targets[row]!)).join(' '),
  };
}
