/** @file The one way the trainer gets its data. Pure: (seed, step) → batch. */
import { check } from '../core/check';
import { random, type Random } from '../core/random';
import { checkContext, documentsOf, type Corpus, type CorpusDocument, type Split } from './corpus';
import { startsIn } from './packed';
import { slicesOf } from './slices';
import type { Batch, CorpusSource, Example, Source, Task } from './source';

export interface FeedOptions {
  readonly corpus?: Corpus; // for a source that is text
  readonly T: number;
  readonly batch: number;
  readonly distance: number; // for a source that is a task
  readonly seed: number;
  /** Rows say where their documents begin, for models that keep documents apart. */
  readonly packed?: boolean;
  /** Tokens that local layers see, query included: what slices of far tokens mean by far. Defaults to the context. */
  readonly reach?: number;
}

export interface Feed {
  /** The batch of a step, the same however often and in whatever order it is requested. */
  train(step: number): Batch;
  /** Independent of the seed. Text: the same positions for every T that fits. */
  readonly validation: readonly Batch[];
  /**
   * More held-out batches, for a closer look: about `tokens` tokens and no fewer batches than in `validation`. Text:
   * positions evenly spread, as many as do not overlap on average. Independent of the seed.
   */
  heldOut(tokens: number): readonly Batch[];
  /**
   * Examples of a task that no run is trained on, with queries at least `distance` from their answers; none for a text.
   */
  asked(distance: number, batches: number): readonly Batch[];
  /** The held-out sequence whose attention is drawn. Text: the beginning of a document. */
  readonly watched: Example;
  /** The prompt of a sample of generated text; empty for a task. */
  readonly prompt: Int32Array;
}

const VALIDATION_BATCHES = 4;
const PROMPT = 8; // characters
/** Up to this context, in tokens, every model is validated at the same positions. */
const LONGEST_CONTEXT = 512;

export function makeFeed(source: Source, options: FeedOptions): Feed {
  return source.kind === 'task' ? feedOfTask(source, options) : feedOfText(source, options);
}

function feedOfTask(task: Task, { T, batch, distance, seed }: FeedOptions): Feed {
  const draw = (stream: Random, far = distance) =>
    stack(Array.from({ length: batch }, () => task.example(stream, T, far)));
  return {
    train: (step) => draw(random(seed, 'train', step)),
    validation: Array.from({ length: VALIDATION_BATCHES }, (_, i) =>
      draw(random('validation', task.id, i)),
    ),
    heldOut: (tokens) =>
      Array.from(
        { length: Math.max(VALIDATION_BATCHES, Math.round(tokens / (batch * T))) },
        (_, i) => draw(random('held out', task.id, i)),
      ),
    asked: (far, batches) =>
      Array.from({ length: batches }, (_, i) => draw(random('asked', task.id, far, i), far)),
    watched: task.example(random('validation', task.id, 0), T, distance), // the first window of the first batch
    prompt: new Int32Array(0),
  };
}

function feedOfText(
  source: CorpusSource,
  { corpus, T, batch, seed, reach = T, packed = false }: FeedOptions,
): Feed {
  check(corpus, `no text was given for '${source.label}'; load it first`);
  checkContext(corpus, T);
  const begins = packed ? source.packed.rule(corpus.ids, source.vocabulary) : undefined;
  const originOf = (at: number) => corpus.documents.findLast(({ start }) => start <= at)!.start;
  const example = (at: number): Example => ({
    tokens: Int32Array.from(corpus.ids.subarray(at, at + T)),
    targets: Int32Array.from(corpus.ids.subarray(at + 1, at + T + 1)),
    weights: new Float32Array(T).fill(1),
    ...(begins && { starts: startsIn(begins, { start: at, T, origin: originOf(at) }) }),
  });

  const fitting = slicesOf(source);
  /** Held-out windows that begin at `starts`, and which of their targets are in which slice. */
  const heldOut = (starts: readonly number[]): Batch => ({
    ...stack(starts.map(example)),
    slices: new Map(
      fitting.map((slice) => {
        const masks = new Uint8Array(starts.length * T);
        starts.forEach((start, row) =>
          masks.set(slice.mask({ source, corpus, start, T, reach }), row * T),
        );
        return [slice.id, masks];
      }),
    ),
  });

  const train = windowsOf(corpus, 'train', T);
  const opening = documentsOf(corpus, 'validation').find(({ start, end }) => end - start > T)!;
  let promptEnd = opening.start + Math.min(PROMPT, T);
  while (!source.vocabulary.begins(corpus.ids[promptEnd]!)) promptEnd--; // no incomplete character
  return {
    train(step) {
      const stream = random(seed, 'train', step);
      const draw = () => example(train.at(stream.below(train.count)));
      return stack(Array.from({ length: batch }, draw));
    },
    validation: validationStarts(corpus, T, batch, VALIDATION_BATCHES).map(heldOut),
    heldOut(tokens) {
      const most = documentsOf(corpus, 'validation').reduce((sum, d) => sum + d.end - d.start, 0);
      const batches = Math.floor(Math.min(tokens, most) / (batch * T));
      return validationStarts(corpus, T, batch, Math.max(VALIDATION_BATCHES, batches)).map(heldOut);
    },
    asked: () => [],
    watched: example(opening.start),
    prompt: Int32Array.from(corpus.ids.subarray(opening.start, promptEnd)),
  };
}

/** Positions evenly spread over the held-out text; every batch gets its share of each part of it. */
function validationStarts(corpus: Corpus, T: number, batch: number, batches: number): number[][] {
  const longest = windowsOf(corpus, 'validation', Math.max(T, LONGEST_CONTEXT));
  const windows = longest.count > 0 ? longest : windowsOf(corpus, 'validation', T);
  const sequences = batches * batch;
  const start = (i: number) => windows.at(Math.floor(((i + 0.5) * windows.count) / sequences));
  return Array.from({ length: batches }, (_, b) =>
    Array.from({ length: batch }, (_, row) => start(row * batches + b)),
  );
}

interface Windows {
  readonly count: number;
  /** Where window `index` starts in the text, 0 <= index < count. */
  at(index: number): number;
}

/** Every run of T + 1 characters that lies inside one document, numbered in the order of the text. */
function windowsOf(corpus: Corpus, split: Split, T: number): Windows {
  const inside = ({ start, end }: CorpusDocument) => Math.max(0, end - start - T);
  const documents = documentsOf(corpus, split).filter((document) => inside(document) > 0);
  const count = documents.reduce((sum, document) => sum + inside(document), 0);
  return {
    count,
    at(index) {
      let rest = index;
      for (const document of documents) {
        if (rest < inside(document)) return document.start + rest;
        rest -= inside(document);
      }
      throw new RangeError(`window ${index} of ${count}`);
    },
  };
}

/** Sequences one after another: [B, T], row-major. */
function stack(examples: readonly Example[]): Batch {
  const T = examples[0]!.tokens.length;
  const tokens = new Int32Array(examples.length * T);
  const targets = new Int32Array(examples.length * T);
  const weights = new Float32Array(examples.length * T);
  examples.forEach((example, row) => {
    tokens.set(example.tokens, row * T);
    targets.set(example.targets, row * T);
    weights.set(example.weights, row * T);
  });
  if (!examples[0]!.starts) return { tokens, targets, weights };
  const starts = new Int32Array(examples.length * T);
  examples.forEach((example, row) => starts.set(example.starts!, row * T));
  return { tokens, targets, weights, starts };
}
