/**
 * @file What one layer keeps of the tokens it has read: keys and values, and only those its pattern still reads.
 *
 * Global layers grow. Local layers are rings of W slots: token t lies in slot t mod W and overwrites the one that left
 * the window. Approximate layers are rings too, and keep one summary of each chunk that left the ring. For any other
 * mask a layer holds only what a later query still reads (src/attention/slots.ts).
 *
 * A decoder can read only tokens that exist: if a mask includes future tokens, a query reads only those up to itself.
 */
import type { PatternSpec } from '../../attention/pattern';
import { patterns } from '../../attention/registry';
import { maxExact, Pins } from '../../attention/slots';
import type { ModelSpec } from '../../spec/model';

type Sizes = Pick<ModelSpec, 'kvHeads' | 'headDim' | 'pool'>;
/** Rotates a key [kvHeads d] to a position, in place. */
export type Turn = (key: Float32Array, at: number, position: number) => void;

/** Slots a growing layer starts with. */
const FIRST_SLOTS = 64;

/** What a query reads of the tokens held exactly, in ascending order. */
export interface Reading {
  readonly count: number;
  readonly tokens: Int32Array; // [count] or longer
  readonly slots: Int32Array; // [count] or longer
}

export class LayerCache {
  /** Slots it will ever need; Infinity if the layer grows. */
  readonly capacity: number;
  /** Tokens per summary, 0 if there are none. */
  readonly chunk: number;
  /** For a ring: the first token held exactly; those before it were dropped or summarised. */
  first = 0;
  /** Tokens read so far. */
  length = 0;
  summaries = 0;
  keys: Float32Array; // rotated, [slots, kvHeads d]
  values: Float32Array; // [slots, kvHeads d]
  summaryKeys: Float32Array; // [summaries, kvHeads d], with as many rows as there is room for
  summaryValues: Float32Array;
  /** Keys before rotation, if summaries are made from those. */
  readonly #raws: Float32Array | undefined;
  readonly #row: number; // numbers of a key
  readonly #rule;
  /** For a mask: which token holds which slot. */
  readonly #pins: Pins | undefined;
  #tokens = new Int32Array(FIRST_SLOTS);
  #slots = new Int32Array(FIRST_SLOTS);

  constructor(
    sizes: Sizes,
    readonly spec: PatternSpec,
  ) {
    this.#rule = patterns.get(spec.pattern);
    this.chunk = this.#rule.chunk(spec.params);
    if (!this.#rule.firstKey) this.#pins = new Pins(this.#rule.expression(spec.params));
    this.capacity = maxExact(spec);
    this.#row = sizes.kvHeads * sizes.headDim;
    const slots = Number.isFinite(this.capacity) ? this.capacity : FIRST_SLOTS;
    this.keys = new Float32Array(slots * this.#row);
    this.values = new Float32Array(slots * this.#row);
    const room = this.chunk > 0 ? FIRST_SLOTS * this.#row : 0;
    this.summaryKeys = new Float32Array(room);
    this.summaryValues = new Float32Array(room);
    if (this.chunk > 0 && sizes.pool === 'pre') this.#raws = new Float32Array(this.keys.length);
  }

  /** Tokens it holds exactly. */
  get exact(): number {
    return this.#pins ? this.#pins.tokens.length : this.length - this.first;
  }

  /** Keys it holds, including summaries. */
  get held(): number {
    return this.exact + this.summaries;
  }

  /** Bytes of the keys and values it holds, float32, plus keys before rotation if summaries need them. */
  get bytes(): number {
    return 4 * this.#row * (2 * this.held + (this.#raws ? this.exact : 0));
  }

  /** The slot of a token; -1 if it is not held. */
  slotOf(token: number): number {
    if (this.#pins) return this.#pins.slots[this.#pins.tokens.indexOf(token)] ?? -1;
    if (token < this.first || token >= this.length) return -1;
    return this.#ringSlot(token);
  }

  #ringSlot(token: number): number {
    return Number.isFinite(this.capacity) ? token % this.capacity : token;
  }

  /**
   * What the query of the newest token reads of the tokens held; valid until the next push. Throws InputError if its
   * mask reads a dropped token.
   */
  reading(): Reading {
    const found = this.#pins?.read();
    const count = found?.length ?? this.exact;
    if (this.#tokens.length < count) {
      this.#tokens = new Int32Array(2 * count);
      this.#slots = new Int32Array(2 * count);
    }
    for (let n = 0; n < count; n++) {
      this.#tokens[n] = this.#pins ? this.#pins.tokens[found![n]!]! : this.first + n;
      this.#slots[n] = this.#pins ? this.#pins.slots[found![n]!]! : this.#ringSlot(this.first + n);
    }
    return { count, tokens: this.#tokens, slots: this.#slots };
  }

  /** Adds the next token's key and value (rows `at` of `raw`, `value`); drops what its query no longer reads. */
  push(raw: Float32Array, value: Float32Array, at: number, turn: Turn): void {
    const position = this.length;
    const slot = this.#pins ? this.#pins.take() : this.#ringSlot(position);
    if (!this.#pins) this.#evict(this.#rule.firstKey!(position, this.spec.params), turn);
    this.length++;
    if (slot < 0) return; // no query reads it, not even its own
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
      const from = this.#ringSlot(token) * this.#row;
      for (let c = 0; c < this.#row; c++) {
        this.summaryKeys[at + c]! += keys[from + c]! / this.chunk;
        this.summaryValues[at + c]! += this.values[from + c]! / this.chunk;
      }
    }
    if (this.#raws) turn(this.summaryKeys, at, this.first + (this.chunk - 1) / 2);
    this.summaries++;
  }
}

function grown(numbers: Float32Array): Float32Array {
  const larger = new Float32Array(2 * numbers.length);
  larger.set(numbers);
  return larger;
}
