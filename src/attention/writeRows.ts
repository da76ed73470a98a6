/** @file The rows of a mask written as text (given.ts). */
import { check } from '../core/check';
import { formatInteger } from '../core/numbers';
import { MAX_TOKENS, type Mask } from './mask';
import { differ, equal, NONE, type Runs } from './runs';
import { MAX_CONTENT, MAX_BORDERS, SQUARE, OBLONG, WAYS, BITS, shifted } from './given';

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
      `the rows of this mask of ${T} × ${T} need more than ${formatInteger(MAX_CONTENT)} characters; masks with longer runs of keys, and all of up to 2,048 × 2,048, need fewer`,
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
      `the mask of ${T} × ${T} has too many runs of keys to be kept as rows: more than ${formatInteger(MAX_BORDERS)} borders of them`,
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
