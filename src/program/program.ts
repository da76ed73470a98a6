/**
 * @file A program: which kernels run in which order on which buffers, as plain data.
 *
 * Shapes are known when it is written, so everything is decided once: sizes, uniforms, threads. Machines (src/machines)
 * prepare it once and replay it every step; its memory is counted from the same list.
 */
import type { BufferSpec, Constants, Kernel, ScalarType } from './kernel';

type Numbers = 'f32' | 'i32';

/** A buffer that outlives the programs: weights, tables, a batch. */
export interface KeptBuffer {
  readonly element: Numbers;
  readonly length: number; // numbers
  /** Its initial contents; zeros if not given. */
  readonly content?: () => Float32Array | Int32Array;
}

/** Part of a buffer: `length` numbers from offset `at`, which is a multiple of ALIGN. */
export interface Part {
  readonly buffer: string;
  readonly at: number;
  readonly length: number;
}

/** Numbers: WebGPU binds buffers at multiples of 256 bytes. */
export const ALIGN = 64;
export const BYTES = 4; // of a number

export const aligned = (numbers: number): number => Math.ceil(numbers / ALIGN) * ALIGN;

/** A uniform set at each run, by its name in `values`. */
export type Uniform = number | { readonly value: string };

export interface Launch {
  readonly kernel: Kernel;
  readonly threads: number;
  readonly buffers: Readonly<Record<string, Part>>;
  readonly uniforms: Readonly<Record<string, Uniform>>;
  readonly constants: Constants;
}

export interface Program {
  /** Lengths of the buffers that live only while it runs. */
  readonly temporary: ReadonlyMap<string, number>;
  readonly launches: readonly Launch[];
  /** Temporary buffers to be read after it has run, by result name. */
  readonly results: ReadonlyMap<string, Part>;
}

/** Kept buffers and the programs that share them. */
export interface Bundle {
  readonly kept: Readonly<Record<string, KeptBuffer>>;
  readonly programs: Readonly<Record<string, Program>>;
}

/** Writes a program, launch by launch. */
export class ProgramWriter {
  readonly #temporary = new Map<string, number>();
  readonly #launches: Launch[] = [];
  readonly #results = new Map<string, Part>();

  /** A buffer of `length` numbers that lives from its first use to its last. */
  temporary(name: string, length: number): Part {
    const unique = `${name} ${this.#temporary.size}`;
    this.#temporary.set(unique, length);
    return { buffer: unique, at: 0, length };
  }

  /** Keeps a temporary buffer until the program has run. */
  result(name: string, part: Part): Part {
    this.#results.set(name, part);
    return part;
  }

  launch<
    B extends Readonly<Record<string, BufferSpec>>,
    U extends Readonly<Record<string, ScalarType>>,
  >(
    kernel: Kernel<B, U>,
    threads: number,
    buffers: { readonly [K in keyof B]: Part },
    uniforms: { readonly [K in keyof U]: Uniform },
    constants: Constants = {},
  ): void {
    const plain = kernel as unknown as Kernel;
    this.#launches.push({ kernel: plain, threads, buffers, uniforms, constants });
  }

  program(): Program {
    return {
      temporary: this.#temporary,
      launches: this.#launches,
      results: this.#results,
    };
  }
}

/** The uniforms of a launch as numbers. Throws if one is missing. */
export function uniformsOf(
  { kernel, uniforms }: Launch,
  values: Readonly<Record<string, number>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(uniforms).map(([name, uniform]) => {
      if (typeof uniform === 'number') return [name, uniform];
      const value = values[uniform.value];
      if (value === undefined) {
        throw new Error(`${kernel.name} needs '${uniform.value}', which this run does not give`);
      }
      return [name, value];
    }),
  );
}

/** Whether a launch is the same at every run. */
export const isFixed = ({ uniforms }: Launch): boolean =>
  Object.values(uniforms).every((uniform) => typeof uniform === 'number');
