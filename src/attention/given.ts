/**
 * @file The rows of a mask as given, when no terms describe them: read from a text that any mask can carry, `rows(AUAAAQ…)`; writeRows.ts writes it.
 *
 * A row is stored as its difference from the row above, or from that row shifted by one key, or as bits where that is shorter. Consecutive rows that change in the same way are stored once with their count. So a band of any width takes a few bytes, and noise an eighth of a byte per cell. The bytes are encoded as base64url, which addresses, JSON and Python leave unchanged.
 *
 * A long text has a short name, `#96-0f1e2d3c4b5a6978`: tokens, and a hash of the text. Pages and addresses show the name (rowNames.ts).
 */
import { check, InputError } from '../core/check';
import { remembering } from '../core/remember';
import { formatInteger } from '../core/numbers';
import { MAX_TOKENS, positionOf } from './mask';
import { differ, fromCells, NONE, type Runs } from './runs';
import { keep, signOf } from './rowTexts';

/** Maximum characters per mask: the bits of any mask of 2,048 × 2,048 need 699,058. */
export const MAX_CONTENT = 1_000_000;
/** Maximum run boundaries held, over all rows: every second key of 2,048 × 2,048 has 4 million. */
export const MAX_BORDERS = 5_000_000;

export interface GivenRows {
  readonly T: number; // keys
  readonly queries: number; // equals keys, unless they are the last of them or another sequence
  readonly name: string; // #T-sign
  /** Keys the query at `position` may read; empty if no row was given for it. */
  row(position: number): Runs;
}

/**
 * Versions of the encoding. OBLONG has a different number of queries than keys, and writes it after the number of keys.
 */
export const [SQUARE, OBLONG] = [1, 2];
/** How a row is encoded: as its difference from the one above, from that one shifted by a key, or as bits. */
export const WAYS = 3;
const SHIFTED = 1; // 0: from the row above
export const BITS = 2;

export const shifted = (runs: Runs, T: number): Runs => {
  const moved = runs.map((at) => Math.min(T, at + 1));
  return moved.at(-2) === T ? moved.slice(0, -2) : moved; // the last run was shifted past the end
};

const MAX_READ = 8;

/** Rows from their text. Throws InputError if it is incomplete or invalid; never takes long, whatever it contains. */
export const readRows = remembering(MAX_READ, (content): GivenRows => {
  const { T, queries, borders, starts } = new RowReader(bytesOf(content)).rows();
  const name = `#${T}-${signOf(content)}`;
  keep(name, content);
  const first = positionOf({ queries, keys: T }, 0);
  return {
    T,
    queries,
    name,
    row(position) {
      const q = position - first;
      return q < 0 || q >= queries ? NONE : Array.from(borders.subarray(starts[q], starts[q + 1]));
    },
  };
});

const fail = (what: string): never => {
  throw new InputError(`the rows of a mask ${what}; copy them again, to their end`);
};

function bytesOf(content: string): Uint8Array {
  check(
    content.length <= MAX_CONTENT,
    `the rows of a mask are ${content.length} characters long; ${MAX_CONTENT} at most are read`,
  );
  const strange = /[^A-Za-z0-9_-]/.exec(content);
  if (strange)
    fail(
      `have '${strange[0]}' at character ${strange.index + 1}; only letters, digits, - and _ can appear there`,
    );
  if (content === '' || content.length % 4 === 1) fail('are cut off');
  const binary = atob(content.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

class RowReader {
  #at = 0;
  #work = 0;
  #borders = new Uint16Array(1024);
  #held = 0;

  constructor(readonly bytes: Uint8Array) {}

  rows(): {
    readonly T: number;
    readonly queries: number;
    readonly borders: Uint16Array;
    readonly starts: Uint32Array;
  } {
    const version = this.#number();
    if (version !== SQUARE && version !== OBLONG)
      fail(`are of version ${version}, and versions ${SQUARE} and ${OBLONG} are read`);
    const T = this.#number();
    if (T < 1 || T > MAX_TOKENS) fail(`are of ${T} tokens; there are 1 to ${MAX_TOKENS}`);
    const queries = version === SQUARE ? T : this.#number();
    if (queries < 1 || queries > MAX_TOKENS || (version === OBLONG && queries === T))
      fail(`are of ${queries} queries; there are 1 to ${MAX_TOKENS}, and another number than keys`);
    const starts = new Uint32Array(queries + 1);
    let above: Runs = NONE;
    for (let q = 0; q < queries;) {
      const head = this.#number();
      const [way, rows] = [head % WAYS, Math.floor(head / WAYS) + 1];
      if (q + rows > queries) fail(`go on to row ${q + rows} of ${queries}`);
      const change = way === BITS ? NONE : this.#runs(T);
      for (const end = q + rows; q < end; q++) {
        above =
          way === BITS
            ? this.#bits(T)
            : differ(way === SHIFTED ? shifted(above, T) : above, change);
        this.#count(above.length + change.length);
        this.#hold(above);
        starts[q + 1] = this.#held;
      }
    }
    if (this.#at < this.bytes.length)
      fail(`have ${this.bytes.length - this.#at} bytes more than ${queries} rows need`);
    return { T, queries, borders: this.#borders.subarray(0, this.#held), starts };
  }

  /** Refuses input that would take long to decode: a short text can describe a lot. */
  #count(steps: number): void {
    this.#work += steps;
    check(
      this.#work <= 2 * MAX_BORDERS,
      `the rows of a mask have too many runs of keys; ${formatInteger(MAX_BORDERS)} borders of them are held at most`,
    );
  }

  #hold(row: Runs): void {
    if (this.#held + row.length > this.#borders.length) {
      const grown = new Uint16Array(2 * (this.#held + row.length));
      grown.set(this.#borders);
      this.#borders = grown;
    }
    this.#borders.set(row, this.#held);
    this.#held += row.length;
  }

  #number(): number {
    let [value, unit] = [0, 1];
    for (let i = 0; i < 4; i++, unit *= 128) {
      const byte = this.bytes[this.#at++] ?? fail('are cut off');
      value += (byte % 128) * unit;
      if (byte < 128) return value;
    }
    return fail(`have a number of more than four bytes at byte ${this.#at}`);
  }

  #runs(T: number): Runs {
    const count = this.#number();
    if (count > T) fail(`have ${count} runs in a row of ${T} keys`);
    const runs: number[] = [];
    for (let i = 0, at = 0; i < 2 * count; i++) {
      const step = this.#number();
      at += step;
      if ((step === 0 && i > 0) || at > T) fail(`have a run that ends at key ${at} of ${T}`);
      runs.push(at);
    }
    return runs;
  }

  #bits(T: number): Runs {
    const length = Math.ceil(T / 8);
    if (this.#at + length > this.bytes.length) fail('are cut off');
    const row = this.bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return fromCells(
      Uint8Array.from({ length: T }, (_, k) => (row[k >> 3]! >> (k & 7)) & 1),
      0,
      T,
    );
  }
}
