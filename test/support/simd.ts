/** @file A SIMD kernel, compiled, and the plain loops of the same kernel, on the same numbers. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Random } from '../../src/core/random';
import { instantiate } from '../../src/machines/instance';
import type { Kernel } from '../../src/program/kernel';
import { ALIGN, aligned } from '../../src/program/program';

export type Values = Float32Array | Int32Array;
export type Numbers = Readonly<Record<string, number>>;

export interface Case {
  readonly label: string;
  readonly buffers: Readonly<Record<string, Values>>;
  readonly uniforms: Numbers;
  readonly constants?: Numbers;
  readonly threads?: number;
}

const BASE = 65536; // bytes: the module's constants are below
const PAGE = 65536;
/** Fills every place that must not be written. As a float it is NaN, so that reading it shows as well. */
export const GUARD = 0x7fc0beef;

/** The compiled kernels, for one thread and for several. */
export interface Modules {
  readonly module: WebAssembly.Module;
  readonly ofThreads: WebAssembly.Module;
}

let built: Modules | undefined;

export function modules(): Modules {
  if (!built) {
    execFileSync('node', ['scripts/build/simd.mjs']); // skips what is up to date
    const read = (name: string) => new WebAssembly.Module(readFileSync(`src/ops/${name}.wasm`));
    built = { module: read('simd'), ofThreads: read('simdShared') };
  }
  return built;
}

/** Numbers as the kernels get them. */
const rounded = (kernel: Kernel, uniforms: Numbers): Numbers =>
  Object.fromEntries(
    Object.entries(kernel.uniforms).map(([name, type]) => {
      const value = uniforms[name]!;
      return [name, type === 'f32' ? Math.fround(value) : value];
    }),
  );

export function runHost(kernel: Kernel, { buffers, uniforms, constants = {} }: Case) {
  const copies = Object.fromEntries(
    Object.entries(buffers).map(([name, values]) => [name, values.slice()]),
  );
  kernel.host(copies as Record<string, Float32Array>, rounded(kernel, uniforms), constants);
  return copies;
}

/**
 * The contents of the buffers afterwards, and how many words outside of them changed. In `parts` two threads take
 * turns, from the last part to the first, each with scratch space of its own.
 */
export function runSimd(
  kernel: Kernel,
  { buffers, uniforms, constants = {}, threads = 0 }: Case,
  parts = 1,
) {
  const given = rounded(kernel, uniforms);
  const names = Object.keys(kernel.buffers);
  const starts: number[] = [];
  let end = BASE;
  for (const name of names) {
    starts.push(end);
    end += 4 * (aligned(buffers[name]!.length) + ALIGN);
  }
  const scratch = kernel.scratch?.(given, constants) ?? 0;
  expect(Number.isInteger(scratch)).toBe(true);
  const apart = 4 * (aligned(scratch / 4) + ALIGN);
  const total = end + 2 * apart + 4 * ALIGN;

  const pages = { initial: Math.ceil(total / PAGE), maximum: Math.ceil(total / PAGE) };
  const memory = new WebAssembly.Memory({ ...pages, shared: parts > 1 });
  const words = new Uint32Array(memory.buffer);
  words.fill(GUARD, BASE / 4);
  names.forEach((name, i) => {
    const values = buffers[name]!;
    words.set(new Uint32Array(values.buffer, values.byteOffset, values.length), starts[i]! / 4);
  });

  const { module, ofThreads } = modules();
  const instances = [0, 1].map((thread) =>
    instantiate(parts > 1 ? ofThreads : module, memory, thread),
  );
  const numbers = [threads, ...starts, ...Object.values(given), ...Object.values(constants)];
  for (let part = parts - 1; part >= 0; part--) {
    const { take, kernels } = instances[part % 2]!;
    take(part, parts, part >= parts - 2); // each thread's first
    kernels[kernel.name]!(...numbers, end + (part % 2) * apart);
  }

  const results = Object.fromEntries(
    names.map((name, i) => {
      const { length } = buffers[name]!;
      const Type = buffers[name] instanceof Int32Array ? Int32Array : Float32Array;
      return [name, new Type(memory.buffer, starts[i], length).slice()];
    }),
  );
  let strays = 0;
  const watch = (from: number, to: number) => {
    for (let at = from; at < to; at++) if (words[at] !== GUARD) strays++;
  };
  names.forEach((name, i) =>
    watch(starts[i]! / 4 + buffers[name]!.length, (starts[i + 1] ?? end) / 4),
  );
  watch(Math.ceil((end + scratch) / 4), (end + apart) / 4);
  watch(Math.ceil((end + apart + scratch) / 4), words.length);
  return { results, strays };
}

/** The largest difference relative to the largest value. NaN if there is one on one side only. */
export function distance(found: Values, expected: Values): number {
  let [difference, largest] = [0, 1e-30];
  expected.forEach((value, i) => {
    const other = found[i]!;
    if (Number.isNaN(value) && Number.isNaN(other)) return;
    difference = Math.max(difference, Math.abs(value - other));
    largest = Math.max(largest, Math.abs(value));
  });
  return difference / largest;
}

/** Bit for bit; much faster than toEqual on long arrays. */
export const same = (a: Values, b: Values): boolean =>
  a.every((value, i) => Object.is(value, b[i]));

export const normals = (length: number, { normal }: Random, size = 1): Float32Array =>
  Float32Array.from({ length }, () => size * normal());
export const integers = (length: number, { below }: Random, n: number): Int32Array =>
  Int32Array.from({ length }, () => below(n));
/** Initial contents that a kernel must overwrite: reading them would show. */
export const empty = (length: number): Float32Array => new Float32Array(length).fill(NaN);

export interface Heads {
  readonly heads: number;
  readonly kvHeads: number;
  readonly d: number;
}

export const HEADS: readonly Heads[] = [
  { heads: 1, kvHeads: 1, d: 4 },
  { heads: 4, kvHeads: 2, d: 8 },
  { heads: 2, kvHeads: 2, d: 12 },
  { heads: 4, kvHeads: 1, d: 16 },
  { heads: 2, kvHeads: 1, d: 32 },
];
