/**
 * @file Generates text with a model: reads the prompt in chunks, writes token by token, goes back on request, and
 * proves that the cache changed nothing.
 *
 * The random number for token t depends only on the seed and t: going back and continuing gives the same text.
 */
import { check } from '../../core/check';
import { random } from '../../core/random';
import type { ModelSpec } from '../../spec/model';
import type { HostWeights } from '../arena';
import type { Arithmetic } from './computing';
import { Decoder, type Interventions, type LayerLook } from './decoder';
import { Loops } from './loops';
import { alternatives, draw, type Alternative, type Sampling } from './sample';
import { logitsWithoutCache } from './uncached';

/** Tokens of a prompt that are read at once. */
const CHUNK_OF_PROMPT = 64;
/** Logits kept for comparison, 16 MB: for a large vocabulary only those of the last tokens. */
const MAX_KEPT = 2 ** 22;
/** Alternatives kept of each draw. */
const KEPT = 8;

export interface WrittenToken {
  readonly token: number;
  /** Its position, from 0. */
  readonly position: number;
  /** Candidates of the draw: the most likely ones, and the chosen one if it is not among them. */
  readonly choices: readonly Alternative[];
  /** Measured: drawing and reading it, ms. */
  readonly ms: number;
  /** What the query before it read when it predicted this token: one entry per layer. */
  readonly looks: readonly LayerLook[];
  /** Keys and bytes each layer holds after reading it. */
  readonly keys: readonly number[];
  readonly bytes: readonly number[];
}

export interface Replayed {
  /** Largest difference between a logit with the cache and without. */
  readonly largest: number;
  readonly positions: number; // compared
  readonly ms: number; // of the pass without a cache
}

export class Writer {
  #arithmetic: Arithmetic;
  #decoder: Decoder;
  readonly #tokens: number[] = [];
  #prompt = 0;
  #logits: Float32Array = new Float32Array(0);
  #looks: readonly LayerLook[] = [];
  /** Logits with the cache, of the last token of the prompt and every one after it, as far back as they are kept. */
  #kept: Float32Array[] = [];

  constructor(
    readonly spec: ModelSpec,
    readonly weights: HostWeights,
    /** Milliseconds of a monotonic clock. */
    private readonly now: () => number,
    /** If its memory is refused, the writer goes on in plain loops. */
    arithmetic: Arithmetic = new Loops(spec, weights),
  ) {
    this.#arithmetic = arithmetic;
    this.#decoder = new Decoder(spec, weights, {}, new Loops(spec, weights)); // until a prompt is read
  }

  /** What computes now. */
  get arithmetic(): Arithmetic {
    return this.#arithmetic;
  }

  /** Gives its memory back; it is not used any more. */
  release(): void {
    this.#decoder.release();
  }

  /** Tokens read: the prompt and what was written. */
  get length(): number {
    return this.#tokens.length;
  }

  get cache(): { readonly keys: readonly number[]; readonly bytes: readonly number[] } {
    return { keys: this.#decoder.cachedKeys(), bytes: this.#decoder.cachedBytes() };
  }

  /** Starts with a prompt; yields the number of tokens read after each chunk. */
  *read(prompt: Int32Array): Generator<number> {
    check(prompt.length > 0, 'the prompt is empty; write at least one character');
    this.#tokens.splice(0, Infinity, ...prompt);
    this.#prompt = prompt.length;
    yield* this.#again();
  }

  /** One more token. */
  next(sampling: Sampling, seed: number): WrittenToken {
    check(this.#prompt > 0, 'there is no prompt yet');
    const started = this.now();
    const position = this.#tokens.length;
    const { next: uniform } = random(seed, 'write', position);
    const all = alternatives(this.#logits, sampling);
    const drawn = draw(all, uniform());
    const looks = this.#looks;
    this.#take(drawn.token);
    const ms = this.now() - started;
    const choices = all.slice(0, KEPT);
    if (!choices.includes(drawn)) choices.push(drawn);
    return { token: drawn.token, position, choices, ms, looks, ...this.cache };
  }

  /** Goes back to `length` tokens, never past the end of the prompt; recomputes from the first token. */
  *rewind(length: number): Generator<number> {
    const to = Math.max(this.#prompt, Math.min(length, this.#tokens.length));
    this.#tokens.splice(to);
    yield* this.#again();
  }

  /** Computes the same tokens without a cache, and compares the logits. */
  replay(): Replayed {
    const started = this.now();
    const V = this.spec.vocabulary;
    const from = this.#tokens.length - this.#kept.length;
    const expected = logitsWithoutCache(this.spec, this.weights, this.#tokens, from);
    const ms = this.now() - started;
    let largest = 0;
    this.#kept.forEach((logits, i) => {
      for (let v = 0; v < V; v++)
        largest = Math.max(largest, Math.abs(logits[v]! - expected[i * V + v]!));
    });
    return { largest, positions: this.#kept.length, ms };
  }

  *#again(): Generator<number> {
    try {
      yield* this.#readAll();
    } catch (cause) {
      this.#fallBack(cause);
      yield* this.#readAll();
    }
  }

  *#readAll(): Generator<number> {
    this.#kept = [];
    this.#decoder.release();
    this.#decoder = new Decoder(this.spec, this.weights, {}, this.#arithmetic);
    const most = this.#tokens.length - 1;
    for (let at = 0; at < most; at += CHUNK_OF_PROMPT) {
      const end = Math.min(most, at + CHUNK_OF_PROMPT);
      const first = Math.min(end, Math.max(at, this.#prompt - 1)); // of those whose logits are kept
      const logits = this.#decoder.read(this.#tokens.slice(at, end), first - at);
      const V = this.spec.vocabulary;
      for (let t = first; t < end; t++)
        this.#keep(logits.slice((t - first) * V, (t - first + 1) * V));
      yield end;
    }
    this.#takeIn(this.#tokens[most]!);
    yield most + 1;
  }

  /** After a refusal of memory, plain loops compute; throws anything else again. */
  #fallBack(cause: unknown): void {
    if (!(cause instanceof RangeError) || this.#arithmetic instanceof Loops) throw cause;
    this.#arithmetic = new Loops(this.spec, this.weights);
  }

  #keep(logits: Float32Array): void {
    this.#kept.push(logits);
    if (this.#kept.length > 1 && this.#kept.length * logits.length > MAX_KEPT) this.#kept.shift();
  }

  #take(token: number): void {
    this.#tokens.push(token);
    try {
      this.#takeIn(token);
    } catch (cause) {
      this.#fallBack(cause);
      // The cache is lost with the memory: the text is read again, this token included.
      for (const _ of this.#readAll());
    }
  }

  #takeIn(token: number): void {
    const looks: LayerLook[] = [];
    this.#logits = this.#decoder.next(token, looks);
    this.#keep(this.#logits);
    this.#looks = looks;
  }
}

/**
 * Nats of each token given those before it: entry t is for token t + 1. Computed in plain loops if the memory of the
 * arithmetic is refused.
 */
export function losses(
  spec: ModelSpec,
  weights: HostWeights,
  tokens: ArrayLike<number>,
  interventions?: Interventions,
  arithmetic: Arithmetic = new Loops(spec, weights),
): Float32Array {
  let decoder: Decoder | undefined;
  try {
    decoder = new Decoder(spec, weights, interventions, arithmetic);
    return lossesBy(decoder, tokens);
  } catch (cause) {
    if (!(cause instanceof RangeError) || arithmetic instanceof Loops) throw cause;
    return lossesBy(new Decoder(spec, weights, interventions), tokens);
  } finally {
    decoder?.release();
  }
}

function lossesBy(decoder: Decoder, tokens: ArrayLike<number>): Float32Array {
  const V = decoder.spec.vocabulary;
  const found = new Float32Array(Math.max(0, tokens.length - 1));
  const list = Array.from(tokens);
  for (let at = 0; at < found.length; at += CHUNK_OF_PROMPT) {
    const end = Math.min(found.length, at + CHUNK_OF_PROMPT);
    const logits = decoder.read(list.slice(at, end));
    for (let t = at; t < end; t++) {
      const row = logits.subarray((t - at) * V, (t - at + 1) * V);
      const most = row.reduce((a, b) => Math.max(a, b), -Infinity);
      const total = row.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
      found[t] = Math.log(total) + most - row[list[t + 1]!]!;
    }
  }
  return found;
}
