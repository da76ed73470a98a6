/**
 * @file A character model that only counts: Witten-Bell smoothing (Witten and Bell 1991, method C) of orders 0 to 6.
 *
 * p(c | context) = (n(context c) + k(context) p(c | context without its first character)) / (n(context) + k(context))
 *
 * n counts occurrences in training, k(context) how many different characters followed it; below order 0, p is uniform.
 * It represents a model that sees only the last few characters.
 */
import { vocabulary } from '../characters';
import type { Ids } from '../vocabulary';

const ORDER = 6; // characters of context

/** Strings of up to ORDER + 1 characters that occurred, as a tree: node 0 is the empty string. */
export class Counts {
  #nodes = 1;
  /** Per node: how often it occurred, how often something followed it, how many different characters did. */
  #stats = new Int32Array(3 * (1 << 16));
  /** Open addressing: the key (node V + character) and the child, side by side. */
  #table: Int32Array | Float64Array;
  #bits = 17;

  /** `V`: the size of the vocabulary. */
  constructor(
    documents: readonly Ids[],
    private readonly V = vocabulary.size,
  ) {
    this.#table = this.#room();
    const context = new Int32Array(ORDER + 2); // [k] is the node of the last k characters
    for (const ids of documents) {
      for (let i = 0; i < ids.length; i++) {
        for (let k = Math.min(ORDER, i); k >= 0; k--) {
          context[k + 1] = this.#add(context[k]!, ids[i]!);
        }
      }
    }
  }

  /** The probability of each character of `ids` [n], a document, given those before it. */
  probabilities(ids: Ids): Float64Array {
    const all = new Float64Array(ids.length);
    let context = new Int32Array(ORDER + 2).fill(-1); // -1: never occurred in training
    let next = context.slice();
    for (let i = 0; i < ids.length; i++) {
      context[0] = 0;
      next.fill(-1);
      let p = 1 / this.V;
      for (let k = 0; k <= ORDER && context[k]! >= 0; k++) {
        const node = context[k]!;
        const child = this.#table[this.#slot(node * this.V + ids[i]!) + 1]!; // -1 if there is none
        const [followed, kinds] = [this.#stats[3 * node + 1]!, this.#stats[3 * node + 2]!];
        const count = child < 0 ? 0 : this.#stats[3 * child]!;
        if (followed > 0) p = (count + kinds * p) / (followed + kinds);
        next[k + 1] = child;
      }
      all[i] = p;
      [context, next] = [next, context];
    }
    return all;
  }

  /** Keys of a large vocabulary may exceed 32 bits; half the space is enough for the site's own. */
  #room(): Int32Array | Float64Array {
    const length = 2 << this.#bits;
    return (this.V > vocabulary.size ? new Float64Array(length) : new Int32Array(length)).fill(-1);
  }

  #add(node: number, character: number): number {
    const key = node * this.V + character;
    let slot = this.#slot(key);
    if (this.#table[slot] === -1) {
      if (2 * this.#nodes >= 1 << this.#bits) {
        this.#grow();
        slot = this.#slot(key);
      }
      this.#table[slot] = key;
      this.#table[slot + 1] = this.#nodes++;
      this.#stats[3 * node + 2]!++;
    }
    const child = this.#table[slot + 1]!;
    this.#stats[3 * child]!++;
    this.#stats[3 * node + 1]!++;
    return child;
  }

  /** The slot of `key`, or the free slot for it. */
  #slot(key: number): number {
    const table = this.#table;
    const mask = table.length - 1;
    let slot = 2 * (Math.imul(key, 0x9e3779b1) >>> (32 - this.#bits));
    while (table[slot] !== -1 && table[slot] !== key) slot = (slot + 2) & mask;
    return slot;
  }

  #grow(): void {
    const old = this.#table;
    this.#bits++;
    this.#table = this.#room();
    for (let i = 0; i < old.length; i += 2) {
      if (old[i] === -1) continue;
      const slot = this.#slot(old[i]!);
      this.#table[slot] = old[i]!;
      this.#table[slot + 1] = old[i + 1]!;
    }
    const stats = new Int32Array(2 * this.#stats.length);
    stats.set(this.#stats);
    this.#stats = stats;
  }
}
