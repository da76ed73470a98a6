/**
 * @file The arithmetic of a decoder in WebAssembly (src/ops/decode). Weights, caches and the numbers of a pass lie in one
 * memory, so that nothing is copied per token but the logits, and the weights of attention if they are shown.
 */
import type { DecodeKernels } from '../../ops/decode/kernels';
import { panels } from '../../ops/product/loops';
import { NORM_EPS, type ModelSpec } from '../../spec/model';
import type { HostWeights } from '../arena';
import type { LayerCache } from './cache';
import { ratesOf, type Arithmetic, type Without } from './computing';
import { Heap } from './heap';
import type { Room } from './room';
import { keepWeights, type Kept } from './wasmWeights';

/** The kernels of a module, over a memory. */
export type Kernels = (
  memory: WebAssembly.Memory,
) => Readonly<Record<string, (...numbers: number[]) => void>>;

/** From this many rows on, packing a weight takes less time than it saves. */
const ROWS_PACKED = 8;
/** A weight of more bytes is never packed: the copy would take too much memory. */
const MAX_PACKED = 2 ** 26;
/** A score this low has weight 0, as in the kernels. */
const LOW = -1e30;
/** Numbers after the last score that the kernels may change. */
const SLACK = 8;

/** The numbers of a pass of up to `most` tokens. */
interface Area {
  readonly most: number;
  readonly x: Room; // [n, D]
  readonly normed: Room; // [n, D]
  readonly scales: Room; // [n]
  readonly q: Room; // [n, H d]
  readonly k: Room; // [n, kvHeads d]
  readonly v: Room;
  readonly attended: Room; // [n, H d]
  readonly both: Room; // [n, 2 F]
  readonly gated: Room; // [n, F]
  readonly angles: Room; // [n, d]: d/2 cosines, then d/2 sines
}

/** The kernels work on four numbers at a time. */
export const fitsWasm = (m: ModelSpec): boolean =>
  [m.width, m.hidden, m.headDim].every((size) => size % 4 === 0);

export class Wasm implements Arithmetic {
  readonly #heap = new Heap();
  readonly #kernels: DecodeKernels & ReturnType<Kernels>;
  readonly #kept: Kept;
  readonly #packed: Room;
  readonly #rates: Float64Array;
  #area: Area | undefined;
  #logits: Room | undefined;
  #scores: Room | undefined; // [H, apart]
  #slots: Room | undefined; // integers
  #apart = 0;
  #n = 0; // tokens of the pass

  /** Copies the weights. Throws a RangeError if the memory is refused. */
  constructor(
    readonly spec: ModelSpec,
    weights: HostWeights,
    kernels: Kernels,
  ) {
    const { width: D, hidden: F, headDim: d } = spec;
    const heap = this.#heap;
    this.#kept = keepWeights(spec, weights, heap);
    const widest = Math.max(
      panels(D, 2 * F),
      panels(F, D),
      panels(spec.heads * d, D),
      panels(D, spec.heads * d),
    );
    this.#packed = heap.keep(Math.min(widest, MAX_PACKED) / 4);
    this.#rates = ratesOf(spec);
    this.#kernels = kernels(heap.memory) as DecodeKernels & ReturnType<Kernels>;
  }

  room(length: number): Room {
    return this.#heap.room(length);
  }

  release(room: Room): void {
    this.#heap.release(room);
  }

  get keys(): Float32Array {
    return this.#area!.k.numbers;
  }

  get values(): Float32Array {
    return this.#area!.v.numbers;
  }

  begin(tokens: ArrayLike<number>, position: number, entries: number): void {
    const { width: D, heads, headDim: d } = this.spec;
    const n = tokens.length;
    if (!this.#area || this.#area.most < n) this.#area = this.#areaFor(n);
    // In order of need: a refusal leaves the old room in place.
    const apart = 4 * Math.ceil((entries + SLACK) / 4);
    this.#scores = this.#atLeast(this.#scores, heads * apart);
    this.#slots = this.#atLeast(this.#slots, entries);
    this.#logits = this.#atLeast(this.#logits, this.#kept.columns + SLACK);
    this.#apart = apart;
    this.#n = n;
    const { x, angles } = this.#area;
    const [stream, table, embedding] = [x.numbers, angles.numbers, this.#kept.embedding.numbers];
    for (let i = 0; i < n; i++) {
      stream.set(embedding.subarray(tokens[i]! * D, (tokens[i]! + 1) * D), i * D);
      for (let c = 0; c < d / 2; c++) {
        const angle = (position + i) * this.#rates[c]!;
        table[i * d + c] = Math.cos(angle);
        table[i * d + d / 2 + c] = Math.sin(angle);
      }
    }
  }

  project(l: number): void {
    const { width: D, heads, kvHeads, headDim: d } = this.spec;
    const { x, normed, q, k, v, angles, attended } = this.#area!;
    const { gain, ...layer } = this.#kept.layers[l]!;
    const n = this.#n;
    this.#norm(x.address, gain, n);
    this.#product(normed, layer.q, q, D, heads * d);
    this.#product(normed, layer.k, k, D, kvHeads * d);
    this.#product(normed, layer.v, v, D, kvHeads * d);
    // Queries only: a cache rotates the keys that it takes. One sequence of n tokens, without summaries.
    const sizes = [n, 0, heads, 0, d, 1, 0, 0];
    this.#kernels['place']!(n * heads, q.address, angles.address, 0, 0, ...sizes, 0);
    attended.numbers.fill(0, 0, n * heads * d);
  }

  attend(
    i: number,
    cache: LayerCache,
    { cut, silent }: Without,
    look: boolean,
  ): Float32Array | undefined {
    const { heads, kvHeads, headDim: d } = this.spec;
    const { summaries, chunk, rooms } = cache;
    const { decodeScores, decodeWeights, decodeGather } = this.#kernels;
    const apart = this.#apart;
    const scores = this.#scores!;
    const row = 4 * heads * d;
    const q = this.#area!.q.address + i * row;
    const out = this.#area!.attended.address + i * row;
    const scale = 1 / Math.sqrt(d);
    const segments = this.#segments(cache);
    let entries = 0;
    const score = (keys: number, slots: number, count: number, bias: number) => {
      const to = scores.address + 4 * entries;
      decodeScores(q, keys, slots, to, apart, count, heads, kvHeads, d, scale, bias);
      entries += count;
    };
    if (summaries > 0) score(rooms.summaryKeys.address, 0, summaries, Math.log(chunk));
    for (const { at, slots, count } of segments) score(rooms.keys.address + at, slots, count, 0);
    if (entries === 0) return look ? new Float32Array(0) : undefined;

    const { numbers } = scores;
    for (const entry of cut) for (let h = 0; h < heads; h++) numbers[h * apart + entry] = LOW;
    decodeWeights(scores.address, apart, entries, heads);

    let done = 0;
    const gather = (values: number, slots: number, count: number) => {
      const from = scores.address + 4 * done;
      decodeGather(from, values, slots, out, apart, count, heads, kvHeads, d);
      done += count;
    };
    if (summaries > 0) gather(rooms.summaryValues.address, 0, summaries);
    for (const { at, slots, count } of segments) gather(rooms.values.address + at, slots, count);
    const at = i * heads * d;
    for (const h of silent)
      this.#area!.attended.numbers.fill(0, at + h * d, at + Math.min(heads, h + 1) * d);
    if (!look) return undefined;
    const seen = new Float32Array(heads * entries);
    for (let h = 0; h < heads; h++)
      seen.set(numbers.subarray(h * apart, h * apart + entries), h * entries);
    return seen;
  }

  /** What the newest query reads of the tokens held: bytes to the first row, a list of slots if any, entries. */
  #segments(cache: LayerCache): { at: number; slots: number; count: number }[] {
    const row = 4 * this.spec.kvHeads * this.spec.headDim;
    const runs = cache.runs();
    if (runs) return runs.map(({ slot, count }) => ({ at: slot * row, slots: 0, count }));
    const { count, slots } = cache.reading();
    const { address, numbers } = this.#slots!;
    new Int32Array(numbers.buffer, address, count).set(slots.subarray(0, count));
    return count > 0 ? [{ at: 0, slots: address, count }] : [];
  }

  finish(l: number): void {
    const { width: D, hidden: F, heads, headDim: d } = this.spec;
    const { x, normed, attended, both, gated } = this.#area!;
    const { o, gainAgain, gateUp, down } = this.#kept.layers[l]!;
    this.#product(attended, o, x, heads * d, D, true);
    this.#norm(x.address, gainAgain, this.#n);
    this.#product(normed, gateUp, both, D, 2 * F);
    this.#kernels.decodeSwiglu(both.address, gated.address, this.#n, F);
    this.#product(gated, down, x, F, D, true);
  }

  logits(first: number): Float32Array {
    const { width: D, vocabulary: V } = this.spec;
    const { x, normed } = this.#area!;
    const columns = this.#kept.columns;
    const n = this.#n - first;
    this.#norm(x.address + 4 * first * D, this.#kept.gain, n);
    const found = new Float32Array(n * V);
    const { address, numbers } = this.#logits!;
    for (let i = 0; i < n; i++) {
      const row = normed.address + 4 * i * D;
      if (this.#kept.head !== undefined)
        this.#kernels.decodeProduct(row, this.#kept.head, address, 1, D, columns, 0);
      // The rows of the embedding are the keys of a single head.
      else
        this.#kernels.decodeScores(
          row,
          this.#kept.embedding.address,
          0,
          address,
          0,
          V,
          1,
          1,
          D,
          1,
          0,
        );
      found.set(numbers.subarray(0, V), i * V);
    }
    return found;
  }

  #norm(x: number, gain: number, rows: number): void {
    const { normed, scales } = this.#area!;
    const { width } = this.spec;
    const addresses = [x, gain, normed.address, scales.address];
    this.#kernels['rmsNorm']!(rows, ...addresses, rows, width, NORM_EPS, 0);
  }

  /** y [n, columns] = x [n, inner] w, or added to y. Both ways give the same bits. */
  #product(x: Room, w: number, y: Room, inner: number, columns: number, add = false): void {
    const n = this.#n;
    const { decodeProduct, productNN, productAdd } = this.#kernels;
    if (n < ROWS_PACKED || panels(inner, columns) > MAX_PACKED)
      return decodeProduct(x.address, w, y.address, n, inner, columns, add ? 1 : 0);
    const sizes = [n, inner, columns, 0, 0, this.#packed.address]; // tiles are of the GPU
    if (add) productAdd!(0, x.address, w, y.address, y.address, ...sizes);
    else productNN!(0, x.address, w, y.address, ...sizes);
  }

  #areaFor(most: number): Area {
    const { width: D, hidden: F, heads, kvHeads, headDim: d } = this.spec;
    const taken: Room[] = [];
    const room = (numbers: number) => {
      const one = this.room(most * numbers);
      taken.push(one);
      return one;
    };
    try {
      const area = {
        most,
        x: room(D),
        normed: room(D),
        scales: room(1),
        q: room(heads * d),
        k: room(kvHeads * d),
        v: room(kvHeads * d),
        attended: room(heads * d),
        both: room(2 * F),
        gated: room(F),
        angles: room(d),
      };
      const { most: _, ...old } = this.#area ?? { most: 0 };
      for (const one of Object.values(old)) this.release(one);
      return area;
    } catch (cause) {
      for (const one of taken) this.release(one);
      throw cause;
    }
  }

  #atLeast(room: Room | undefined, length: number): Room {
    if (room && room.numbers.length >= length) return room;
    const larger = this.room(2 ** Math.ceil(Math.log2(length)));
    if (room) this.release(room);
    return larger;
  }
}
