/**
 * @file The memory of a WebAssembly module as room for numbers: it grows by need, and room that is given back is used
 * again.
 */
import type { Room, Store } from './room';

const PAGE = 65_536; // bytes, of a WebAssembly memory
/** The module's own constants lie below. */
const BASE = PAGE;
const SMALLEST = 256; // bytes

class Block implements Room {
  #view = new Float32Array(0);

  constructor(
    private readonly memory: WebAssembly.Memory,
    readonly address: number,
    private readonly length: number,
    /** Bytes it occupies. */
    readonly size: number,
  ) {}

  /** A view ends when its memory grows. */
  get numbers(): Float32Array {
    const { buffer } = this.memory;
    if (this.#view.buffer !== buffer)
      this.#view = new Float32Array(buffer, this.address, this.length);
    return this.#view;
  }
}

export class Heap implements Store {
  readonly memory = new WebAssembly.Memory({ initial: BASE / PAGE });
  #end = BASE;
  /** Blocks given back, by size. */
  readonly #free = new Map<number, Block[]>();

  /** Bytes of the memory. */
  get bytes(): number {
    return this.memory.buffer.byteLength;
  }

  /** Room that is never given back. */
  keep(length: number): Block {
    return this.#take(length, 16 * Math.ceil(length / 4));
  }

  room(length: number): Block {
    // A power of two, so that what one cache has outgrown fits another.
    const size = Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(4 * Math.max(1, length))));
    const { address } = this.#free.get(size)?.pop() ?? this.#take(length, size);
    const block = new Block(this.memory, address, length, size);
    block.numbers.fill(0);
    return block;
  }

  release(room: Room): void {
    const block = room as Block;
    const same = this.#free.get(block.size);
    if (same) same.push(block);
    else this.#free.set(block.size, [block]);
  }

  #take(length: number, size: number): Block {
    const missing = Math.ceil((this.#end + size - this.bytes) / PAGE);
    if (missing > 0) this.memory.grow(missing);
    const block = new Block(this.memory, this.#end, length, size);
    this.#end += size;
    return block;
  }
}
