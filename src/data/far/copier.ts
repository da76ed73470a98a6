/**
 * @file A reader that only copies: it finds the longest earlier occurrence of the text just read and predicts the
 * character that followed it there.
 */
import type { Ids } from '../vocabulary';

/**
 * Minimum length of a repeat, in characters: shorter ones are chance (in Moby-Dick they mislead more than they help).
 */
export const SHORTEST = 5;
const LONGEST = 32; // longer repeats count as this long

/**
 * For each history (ascending), a copier that sees that many preceding characters, matched ones included. It trusts a
 * repeat of some length by the share of repeats of that length that were right so far.
 */
export class Copier {
  readonly #right: readonly Float64Array[]; // [history][length]
  readonly #asked: readonly Float64Array[];

  constructor(readonly histories: readonly number[]) {
    const tables = (start: number) =>
      histories.map(() => new Float64Array(LONGEST + 1).fill(start));
    this.#right = tables(1);
    this.#asked = tables(2);
  }

  /**
   * Reads a document. `base` [n] is the probability a model without a copier gives each of its characters; `spend(h, i,
   * p)` receives the probability of character i with the copier of history h mixed in.
   */
  read(ids: Ids, base: Float64Array, spend: (h: number, i: number, p: number) => void): void {
    const repeats = new Repeats(this.histories);
    for (let i = 0; i < ids.length; i++) {
      repeats.find(ids, i);
      for (let h = 0; h < this.histories.length; h++) {
        const length = repeats.length[h]!;
        if (length === 0) {
          spend(h, i, base[i]!);
          continue;
        }
        const [right, asked] = [this.#right[h]!, this.#asked[h]!];
        const trust = right[length]! / asked[length]!;
        const hit = ids[i - repeats.distance[h]!] === ids[i];
        spend(h, i, (1 - trust) * base[i]! + (hit ? trust : 0));
        asked[length]!++;
        if (hit) right[length]!++;
      }
    }
  }
}

/** The longest repeat before a position in a document, within each history; ties go to the nearest. */
export class Repeats {
  /** Per history: the length of the repeat, 0 if there is none, and how far back the character that followed it is. */
  readonly length: Int32Array;
  readonly distance: Int32Array;
  /** [d]: how many of the last characters equal those d positions before them. */
  readonly #same: Uint8Array;

  constructor(readonly histories: readonly number[]) {
    this.length = new Int32Array(histories.length);
    this.distance = new Int32Array(histories.length);
    this.#same = new Uint8Array(Math.max(0, ...histories) + 1);
  }

  /** Before character i; call with i = 0, 1, 2 … of one document. Takes time proportional to the longest history. */
  find(ids: Ids, i: number): void {
    const { histories, length, distance } = this;
    const same = this.#same;
    if (i === 0) same.fill(0);
    length.fill(0);
    const last = ids[i - 1];
    const most = Math.min(same.length - 1, i - 1);
    for (let d = 1; d <= most; d++) {
      if (ids[i - 1 - d] !== last) {
        same[d] = 0;
        continue;
      }
      if (same[d]! < LONGEST) same[d]!++;
      if (same[d]! < SHORTEST) continue;
      for (let h = histories.length - 1; h >= 0; h--) {
        const seen = Math.min(same[d]!, histories[h]! - d); // of the repeat, inside the history
        if (seen < SHORTEST) break; // shorter histories see less
        if (seen > length[h]!) {
          length[h] = seen;
          distance[h] = d;
        }
      }
    }
  }
}
