/**
 * @file What one layer keeps of the tokens it has read: keys and values, and no more of them than its pattern reads.
 *
 * Global layers grow. Local layers are rings of W slots: token t lies in slot t mod W and overwrites the one that fell
 * out of the window. Approximate layers are rings too, and keep one summary of each chunk that left the ring.
 */
import type { PatternSpec } from '../attention/pattern';
import { patterns } from '../attention/registry';
import type { ModelSpec } from '../spec/model';

type Sizes = Pick<ModelSpec, 'kvHeads' | 'headDim' | 'pool'>;
/** Turns a key [kvHeads d] to a position, in place. */
export type Turn = (key: Float32Array, at: number, position: number) => void;

/** Slots a growing layer begins with. */
const FIRST_SLOTS = 64;
/** Far enough that no pattern is at its beginning any more. */
const FAR = 1 << 24;

export class LayerCache {
  /** Slots of the ring; Infinity where the layer grows. */
  readonly capacity: number;
  /** Tokens per summary, 0 where there are none. */
  readonly chunk: number;
  /** The first token held exactly; those before it were let go or summarised. */
  first = 0;
  /** Tokens read so far. */
  length = 0;
  summaries = 0;
  keys: Float32Array; // turned, [slots, kvHeads d]
  values: Float32Array; // [slots, kvHeads d]
  summaryKeys: Float32Array; // [summaries, kvHeads d], as many as there is room for
  summaryValues: Float32Array;
  /** Keys before they are turned, where summaries are made of those. */
  readonly #raws: Float32Array | undefined;
  readonly #row: number; // numbers of a key
  readonly #rule;

  constructor(
    sizes: Sizes,
    readonly spec: PatternSpec,
  ) {
    this.#rule = patterns.get(spec.pattern);
    this.chunk = this.#rule.chunk(spec.params);
    this.capacity = mostExact(spec);
    this.#row = sizes.kvHeads * sizes.headDim;
    const slots = Number.isFinite(this.capacity) ? this.capacity : FIRST_SLOTS;
    this.keys = new Float32Array(slots * this.#row);
    this.values = new Float32Array(slots * this.#row);
    const room = this.chunk > 0 ? FIRST_SLOTS * this.#row : 0;
    this.summaryKeys = new Float32Array(room);
    this.summaryValues = new Float32Array(room);
    if (this.chunk > 0 && sizes.pool === 'pre') this.#raws = new Float32Array(this.keys.length);
  }

  /** Keys it holds, summaries counted. */
  get held(): number {
    return this.length - this.first + this.summaries;
  }

  /** Bytes of the keys and values it holds, float32; with them keys before rotation, where summaries need them. */
  get bytes(): number {
    const exact = this.length - this.first;
    return 4 * this.#row * (2 * this.held + (this.#raws ? exact : 0));
  }

  slotOf(token: number): number {
    return Number.isFinite(this.capacity) ? token % this.capacity : token;
  }

  /** Takes in the next token's key and value (rows `at` of `raw`, `value`); lets go of what its query does not read any more. */
  push(raw: Float32Array, value: Float32Array, at: number, turn: Turn): void {
    const position = this.length;
    this.#evict(this.#rule.firstKey(position, this.spec.params), turn);
    const slot = this.slotOf(position);
    if ((slot + 1) * this.#row > this.keys.length) {
      this.keys = grown(this.keys);
      this.values = grown(this.values);
    }
    const to = slot * this.#row;
    const key = raw.subarray(at, at + this.#row);
    this.keys.set(key, to);
    this.#raws?.set(key, to);
    turn(this.keys, to, position);
    this.values.set(value.subarray(at, at + this.#row), to);
    this.length++;
  }

  #evict(first: number, turn: Turn): void {
    if (this.chunk > 0) for (; this.first < first; this.first += this.chunk) this.#summarise(turn);
    else this.first = Math.max(this.first, first);
  }

  #summarise(turn: Turn): void {
    const at = this.summaries * this.#row;
    if (at + this.#row > this.summaryKeys.length) {
      this.summaryKeys = grown(this.summaryKeys);
      this.summaryValues = grown(this.summaryValues);
    }
    const keys = this.#raws ?? this.keys;
    for (let token = this.first; token < this.first + this.chunk; token++) {
      const from = this.slotOf(token) * this.#row;
      for (let c = 0; c < this.#row; c++) {
        this.summaryKeys[at + c]! += keys[from + c]! / this.chunk;
        this.summaryValues[at + c]! += this.values[from + c]! / this.chunk;
      }
    }
    if (this.#raws) turn(this.summaryKeys, at, this.first + (this.chunk - 1) / 2);
    this.summaries++;
  }
}

/** Most tokens a query of this pattern reads exactly; Infinity where they grow with the context. */
export function mostExact({ pattern, params }: PatternSpec): number {
  const rule = patterns.get(pattern);
  const period = Math.max(1, rule.chunk(params));
  let most = 0;
  for (let q = FAR; q < FAR + period; q++) most = Math.max(most, q - rule.firstKey(q, params) + 1);
  return most > FAR / 2 ? Infinity : most;
}

function grown(numbers: Float32Array): Float32Array {
  const larger = new Float32Array(2 * numbers.length);
  larger.set(numbers);
  return larger;
}
