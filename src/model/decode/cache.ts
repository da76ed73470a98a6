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
import { allOrNone, plainStore, type Room, type Store } from './room';

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

/** Slots that follow one another. */
export interface Run {
  readonly slot: number;
  readonly count: number;
}

/** The numbers a layer keeps. */
export interface Rooms {
  keys: Room; // rotated, [slots, kvHeads d]
  values: Room; // [slots, kvHeads d]
  summaryKeys: Room; // [summaries, kvHeads d], with as many rows as there is room for
  summaryValues: Room;
  /** Keys before rotation, if summaries are made from those. */
  readonly raws?: Room;
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
  readonly rooms: Rooms;
  readonly #row: number; // numbers of a key
  readonly #rule;
  /** For a mask: which token holds which slot. */
  readonly #pins: Pins | undefined;
  #tokens = new Int32Array(FIRST_SLOTS);
  #slots = new Int32Array(FIRST_SLOTS);

  constructor(
    sizes: Sizes,
    readonly spec: PatternSpec,
    private readonly store: Store = plainStore,
  ) {
    this.#rule = patterns.get(spec.pattern);
    this.chunk = this.#rule.chunk(spec.params);
    if (!this.#rule.firstKey) this.#pins = new Pins(this.#rule.expression(spec.params));
    this.capacity = maxExact(spec);
    this.#row = sizes.kvHeads * sizes.headDim;
    const slots = Number.isFinite(this.capacity) ? this.capacity : FIRST_SLOTS;
    const [held, room] = [slots * this.#row, this.chunk > 0 ? FIRST_SLOTS * this.#row : 0];
    const lengths = [held, held, room, room];
    if (this.chunk > 0 && sizes.pool === 'pre') lengths.push(held);
    const [keys, values, summaryKeys, summaryValues, raws] = allOrNone(
      lengths.map((length) => () => store.room(length)),
      (one) => store.release(one),
    ) as [Room, Room, Room, Room, Room?];
    this.rooms = { keys, values, summaryKeys, summaryValues, ...(raws && { raws }) };
  }

  get keys(): Float32Array {
    return this.rooms.keys.numbers;
  }

  get values(): Float32Array {
    return this.rooms.values.numbers;
  }

  get summaryKeys(): Float32Array {
    return this.rooms.summaryKeys.numbers;
  }

  get summaryValues(): Float32Array {
    return this.rooms.summaryValues.numbers;
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
    return 4 * this.#row * (2 * this.held + (this.rooms.raws ? this.exact : 0));
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

  /** The slots of all tokens held, in ascending order of tokens, if every query reads all that is held: a run or two. */
  runs(): readonly Run[] | undefined {
    if (this.#pins) return undefined;
    const { exact } = this;
    const slot = this.#ringSlot(this.first);
    const before = Math.min(exact, this.capacity - slot);
    const run = { slot, count: before };
    return before === exact ? [run] : [run, { slot: 0, count: exact - before }];
  }

  /** The entry of a token for the newest query, summaries first; -1 if it does not read it exactly. */
  entryOf(token: number): number {
    if (!this.#pins) {
      const held = token >= this.first && token < this.length;
      return held ? this.summaries + token - this.first : -1;
    }
    const { count, tokens } = this.reading();
    return tokens.subarray(0, count).indexOf(token);
  }

  /** Makes room for so many more tokens, so that no room is made while they are added. */
  reserve(tokens: number): void {
    if (!Number.isFinite(this.capacity)) {
      const slots = (this.#pins?.used ?? this.length) + tokens;
      this.#fit(slots, 'keys', 'values');
    }
    if (this.chunk > 0) {
      const summaries = Math.floor((this.length + tokens) / this.chunk);
      this.#fit(summaries, 'summaryKeys', 'summaryValues');
    }
  }

  /** Gives its room back; it is not used any more. */
  release(): void {
    for (const room of Object.values(this.rooms) as Room[]) this.store.release(room);
  }

  /** Adds the next token's key and value (rows `at` of `raw`, `value`); drops what its query no longer reads. */
  push(raw: Float32Array, value: Float32Array, at: number, turn: Turn): void {
    const position = this.length;
    const slot = this.#pins ? this.#pins.take() : this.#ringSlot(position);
    if (!this.#pins) this.#evict(this.#rule.firstKey!(position, this.spec.params), turn);
    this.length++;
    if (slot < 0) return; // no query reads it, not even its own
    this.#fit(slot + 1, 'keys', 'values');
    const { keys, values } = this;
    const to = slot * this.#row;
    const key = raw.subarray(at, at + this.#row);
    keys.set(key, to);
    this.rooms.raws?.numbers.set(key, to);
    turn(keys, to, position);
    values.set(value.subarray(at, at + this.#row), to);
  }

  #fit(rows: number, ...names: ('keys' | 'values' | 'summaryKeys' | 'summaryValues')[]): void {
    for (const name of names)
      while (rows * this.#row > this.rooms[name].numbers.length)
        this.rooms[name] = this.#grown(this.rooms[name]);
  }

  #grown(room: Room): Room {
    const larger = this.store.room(2 * room.numbers.length);
    larger.numbers.set(room.numbers);
    this.store.release(room);
    return larger;
  }

  #evict(first: number, turn: Turn): void {
    if (this.chunk > 0) for (; this.first < first; this.first += this.chunk) this.#summarise(turn);
    else this.first = Math.max(this.first, first);
  }

  #summarise(turn: Turn): void {
    const at = this.summaries * this.#row;
    this.#fit(this.summaries + 1, 'summaryKeys', 'summaryValues');
    const { values, summaryKeys, summaryValues } = this;
    const keys = this.rooms.raws?.numbers ?? this.keys;
    for (let token = this.first; token < this.first + this.chunk; token++) {
      const from = this.#ringSlot(token) * this.#row;
      for (let c = 0; c < this.#row; c++) {
        summaryKeys[at + c]! += keys[from + c]! / this.chunk;
        summaryValues[at + c]! += values[from + c]! / this.chunk;
      }
    }
    if (this.rooms.raws) turn(summaryKeys, at, this.first + (this.chunk - 1) / 2);
    this.summaries++;
  }
}
