/**
 * @file The rows of a mask as given, when no terms describe them: written as text that any mask can carry, `rows(AUAAAQ…)`, and read back.
 *
 * A row is stored as its difference from the row above, or from that row shifted by one key, or as bits where that is shorter. Consecutive rows that change in the same way are stored once with their count. So a band of any width takes a few bytes, and noise an eighth of a byte per cell. The bytes are encoded as base64url, which addresses, JSON and Python leave unchanged.
 *
 * A long text has a short name, `#96-0f1e2d3c4b5a6978`: tokens, and a hash of the text. Pages and addresses show the name.
 */
import { check, InputError } from '../core/check';
import { LONGEST_LINK } from '../core/link';
import { remembering } from '../core/remember';
import { MAX_TOKENS, positionOf, type Mask } from './mask';
import { differ, equal, fromCells, NONE, type Runs } from './runs';

/** Maximum characters per mask: the bits of any mask of 2,048 × 2,048 need 699,058. */
export const MAX_CONTENT = 1_000_000;
/** Maximum run boundaries held, over all rows: every second key of 2,048 × 2,048 has 4 million. */
const MAX_BORDERS = 5_000_000;

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
const [SQUARE, OBLONG] = [1, 2];
/** How a row is encoded: as its difference from the one above, from that one shifted by a key, or as bits. */
const WAYS = 3;
const [SHIFTED, BITS] = [1, 2]; // 0: from the row above

const shifted = (runs: Runs, T: number): Runs => {
  const moved = runs.map((at) => Math.min(T, at + 1));
  return moved.at(-2) === T ? moved.slice(0, -2) : moved; // the last run was shifted past the end
};

// ------------------------------------------------------------------------------------------------- written

/** A mask as text. Throws InputError if that is too long. */
export function writeRows(mask: Mask): string {
  const { keys: T, queries } = mask;
  check(
    [T, queries].every((n) => n >= 1 && n <= MAX_TOKENS),
    `the mask is ${queries} × ${T}; rows are kept of masks up to ${MAX_TOKENS} × ${MAX_TOKENS}`,
  );
  const bytes = new Bytes();
  bytes.put(queries === T ? SQUARE : OBLONG);
  bytes.put(T);
  if (queries !== T) bytes.put(queries);
  let block: { way: number; rows: number; change: Runs; bits: Uint8Array[] } | undefined;
  const close = () => {
    if (!block) return;
    bytes.put((block.rows - 1) * WAYS + block.way);
    if (block.way === BITS) block.bits.forEach((row) => bytes.append(row));
    else bytes.putRuns(block.change);
    check(
      bytes.length <= (MAX_CONTENT * 3) / 4,
      `the rows of this mask of ${T} × ${T} need more than ${MAX_CONTENT.toLocaleString('en-US')} characters; masks with longer runs of keys, and all of up to 2,048 × 2,048, need fewer`,
    );
  };
  const changesAt = (q: number): readonly Runs[] => {
    const [above, row] = [q === 0 ? NONE : mask.row(q - 1), mask.row(q)];
    return [differ(above, row), differ(shifted(above, T), row)];
  };
  let next = changesAt(0);
  let borders = 0;
  for (let q = 0; q < queries; q++) {
    borders += mask.row(q).length;
    check(
      borders <= MAX_BORDERS,
      `the mask of ${T} × ${T} has too many runs of keys to be kept as rows: more than ${MAX_BORDERS.toLocaleString('en-US')} borders of them`,
    );
    const changes = next;
    next = q + 1 < queries ? changesAt(q + 1) : [];
    if (block && block.way !== BITS && equal(changes[block.way]!, block.change)) {
      block.rows++;
      continue;
    }
    // A change that the next row repeats costs nothing in that row.
    const sizes = changes.map((change, way) =>
      next[way] && equal(next[way], change) ? sizeOf(change) / 2 : sizeOf(change),
    );
    sizes.push(Math.ceil(T / 8));
    const way = sizes.indexOf(Math.min(...sizes));
    if (block?.way === BITS && way === BITS) {
      block.rows++;
      block.bits.push(bitsOf(mask.row(q), T));
      continue;
    }
    close();
    block = {
      way,
      rows: 1,
      change: changes[way] ?? NONE,
      bits: way === BITS ? [bitsOf(mask.row(q), T)] : [],
    };
  }
  close();
  return bytes.text();
}

function bitsOf(row: Runs, T: number): Uint8Array {
  const bits = new Uint8Array(Math.ceil(T / 8));
  for (let r = 0; r < row.length; r += 2)
    for (let k = row[r]!; k < row[r + 1]!; k++) bits[k >> 3]! |= 1 << (k & 7);
  return bits;
}

const sizeOfNumber = (n: number) => (n < 128 ? 1 : n < 16_384 ? 2 : 3);
/** Size of runs in bytes, as putRuns writes them. */
const sizeOf = (runs: Runs) =>
  runs.reduce(
    (sum, at, i) => sum + sizeOfNumber(at - (runs[i - 1] ?? 0)),
    sizeOfNumber(runs.length),
  );

/** Bytes as they are written: seven bits of a number per byte, lowest first. */
class Bytes {
  #bytes = new Uint8Array(256);
  length = 0;

  put(n: number): void {
    for (let rest = n; ; rest = Math.floor(rest / 128)) {
      this.append(Uint8Array.of(rest < 128 ? rest : (rest % 128) + 128));
      if (rest < 128) return;
    }
  }

  /** The number of runs, then each boundary as its distance from the one before. */
  putRuns(runs: Runs): void {
    this.put(runs.length / 2);
    runs.forEach((at, i) => this.put(at - (runs[i - 1] ?? 0)));
  }

  append(more: Uint8Array): void {
    if (this.length + more.length > this.#bytes.length) {
      const grown = new Uint8Array(2 * (this.length + more.length));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(more, this.length);
    this.length += more.length;
  }

  text(): string {
    let binary = '';
    for (let at = 0; at < this.length; at += 8192)
      binary += String.fromCharCode(...this.#bytes.subarray(at, Math.min(this.length, at + 8192)));
    return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  }
}

// ------------------------------------------------------------------------------------------------- read

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
      `the rows of a mask have too many runs of keys; ${MAX_BORDERS.toLocaleString('en-US')} borders of them are held at most`,
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

// ------------------------------------------------------------------------------------------------- by name

/** Longer rows are shown and linked by name. */
export const NAMED_FROM = 64; // characters
const NAME = /^#\d{1,5}-[0-9a-f]{16}$/;

/** Texts by name, most recently requested last: what this realm has seen. */
const known = new Map<string, string>();
const MAX_KNOWN = 64;
let elsewhere: (name: string) => string | undefined = () => undefined;

/** Where to look up names that are unknown here: a browser's store. */
export function lookForRows(find: (name: string) => string | undefined): void {
  elsewhere = find;
}

function keep(name: string, content: string): void {
  known.delete(name);
  known.set(name, content);
  if (known.size > MAX_KNOWN) known.delete(known.keys().next().value!);
}

/** The text of rows seen here or stored elsewhere; undefined if neither. */
export function rowsNamed(name: string): string | undefined {
  if (!NAME.test(name)) return undefined;
  const here = known.get(name);
  if (here !== undefined) return here;
  const found = elsewhere(name);
  try {
    return found !== undefined && readRows(found).name === name ? found : undefined;
  } catch (error) {
    if (error instanceof InputError) return undefined; // the stored text is corrupt
    throw error;
  }
}

/** A text of masks with long rows by name, for display, addresses and keys. */
export const byName = (text: string): string =>
  text.includes('rows(')
    ? text.replaceAll(/\brows\(\s*([A-Za-z0-9_-]+)\s*\)/g, (whole, content: string) =>
        content.length < NAMED_FROM ? whole : `rows(${readRows(content).name})`,
      )
    : text;

/**
 * A text of masks with the rows themselves in place of known names; unknown names stay, and are refused when the text
 * is read.
 */
export const inFull = (text: string): string =>
  text.replaceAll(/\brows\(\s*(#[0-9a-f-]+)\s*\)/g, (whole, name: string) => {
    const content = rowsNamed(name);
    return content === undefined ? whole : `rows(${content})`;
  });

/** An address as it was built; if it is too long, with rows by name only. */
export const fitting = (address: string): string =>
  address.length <= LONGEST_LINK ? address : byName(address).replaceAll('rows(#', 'rows(%23');

/** The rows an address gives only by name, each once. */
export const namesInAddress = (address: string): readonly string[] => [
  ...new Set(
    [...address.matchAll(/\brows\((?:%23|#)(\d{1,5}-[0-9a-f]{16})\)/g)].map(([, n]) => `#${n}`),
  ),
];

/** A 64-bit hash of a text, in hexadecimal digits: equal texts have equal hashes. Not cryptographic. */
function signOf(text: string): string {
  let [a, b] = [0x811c9dc5, 0x9e3779b9];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b);
    b ^= b >>> 13;
  }
  return [a, b].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}
