/**
 * @file Matrix products in the three forms training needs, and one that adds a residual; swiglu.ts has those with SwiGLU.
 *
 * Without workgroup memory or barriers: each thread keeps a tile of results in named vec4s, `tall` rows by `wide`
 * vec4s, so that every loaded number is used several times. A software adapter works best with large tiles, a real GPU
 * with more threads; src/program/tiles.ts chooses. Every length is a multiple of 4 except the rows (and the inner one
 * where a is transposed).
 */
import { defineKernel } from '../../program/kernel';
import { times, open, rowsOfA, sumNN, sumNT, store, ONE, shared, across } from './wgsl';
import { uniforms, multiply, panels } from './loops';

/** y [rows, columns] = a [rows, inner] b [inner, columns]. Threads: tiles. */
export const productNN = defineKernel({
  name: 'productNN',
  buffers: { a: 'read vec4<f32>', b: 'read vec4<f32>', y: 'write vec4<f32>' },
  uniforms,
  wgsl: (c) =>
    shared(c, 'NN', store(ONE)) ??
    `fn main(i: u32) {${open(c, across(c))}\n${rowsOfA(c)}${sumNN(c)}\n${store(c)}\n}`,
  host({ a, b, y }, { rows, inner, columns }) {
    multiply(
      y,
      [rows, inner, columns],
      (r, k) => a[r * inner + k]!,
      (k, c) => b[k * columns + c]!,
    );
  },
  scratch: ({ inner, columns }) => panels(inner, columns),
  work: ({ rows, inner, columns }) => rows * inner * columns,
});

/** y = base + a b: a residual. */
export const productAdd = defineKernel({
  name: 'productAdd',
  buffers: {
    a: 'read vec4<f32>', // [rows, inner]
    b: 'read vec4<f32>', // [inner, columns]
    base: 'read vec4<f32>', // [rows, columns]
    y: 'write vec4<f32>', // [rows, columns]
  },
  uniforms,
  wgsl: (c) =>
    shared(c, 'NN', store(ONE, 'base')) ??
    `fn main(i: u32) {${open(c, across(c))}\n${rowsOfA(c)}${sumNN(c)}\n${store(c, 'base')}\n}`,
  host({ a, b, base, y }, u) {
    const { rows, inner, columns } = u;
    multiply(
      y,
      [rows, inner, columns],
      (r, k) => a[r * inner + k]!,
      (k, c) => b[k * columns + c]!,
    );
    for (let i = 0; i < rows * columns; i++) y[i]! += base[i]!;
  },
  scratch: ({ inner, columns }) => panels(inner, columns),
  work: ({ rows, inner, columns }) => rows * inner * columns,
});

/** y [rows, columns] = a [rows, inner] b [columns, inner]ᵀ: the gradient of a product's input. Threads: tiles. */
export const productNT = defineKernel({
  name: 'productNT',
  buffers: { a: 'read vec4<f32>', b: 'read vec4<f32>', y: 'write vec4<f32>' },
  uniforms,
  wgsl: (c) =>
    shared(c, 'NT', store(ONE)) ??
    `fn main(i: u32) {${open(c, across(c))}\n${rowsOfA(c)}${sumNT(c)}\n${store(c)}\n}`,
  host({ a, b, y }, { rows, inner, columns }) {
    multiply(
      y,
      [rows, inner, columns],
      (r, k) => a[r * inner + k]!,
      (k, c) => b[c * inner + k]!,
    );
  },
  scratch: ({ inner, columns }) => panels(inner, columns),
  work: ({ rows, inner, columns }) => rows * inner * columns,
});

/** y [rows, columns] = a [inner, rows]ᵀ b [inner, columns]: the gradient of a weight. Threads: tiles of 4 · `high` rows. */
export const productTN = defineKernel({
  name: 'productTN',
  buffers: { a: 'read vec4<f32>', b: 'read vec4<f32>', y: 'write vec4<f32>' },
  uniforms,
  wgsl: (c) => {
    const { high, wide } = c;
    const throughMemory = shared(c, 'TN', store(ONE));
    if (throughMemory) return throughMemory;
    return /* wgsl */ `fn main(i: u32) {
${open({ tall: 4 * high!, wide: wide! }, across({ wide: wide! }))}
  let rows4 = uniforms.rows / 4u;
  // Four terms at a time: sums that do not fit into registers are loaded and stored once for all four.
  for (var k = 0u; k < uniforms.inner; k += 4u) {
${times(4, (d) => `    let k${d} = min(k + ${d}u, uniforms.inner - 1u);`)}
${times(4, (d) => times(high!, (h) => `    let a${d}_${h} = ${d === 0 ? '' : 'select(vec4<f32>(), '}a[k${d} * rows4 + row / 4u + ${h}u]${d === 0 ? '' : `, k + ${d}u < uniforms.inner)`};`))}
${times(4, (d) => times(wide!, (c) => `    let b${d}_${c} = b[k${d} * columns4 + column + ${c}u];`))}
${times(4 * high!, (r) =>
  times(wide!, (c) => {
    const of = (d: number) => `a${d}_${Math.floor(r / 4)}.${'xyzw'[r % 4]!} * b${d}_${c}`;
    return `    y${r}_${c} += ${[0, 1, 2, 3].map(of).join(' + ')};`;
  }),
)}
  }
${times(4 * high!, (r) => times(wide!, (c) => `  y[(row + ${r}u) * columns4 + column + ${c}u] = y${r}_${c};`))}
}`;
  },
  host({ a, b, y }, { rows, inner, columns }) {
    multiply(
      y,
      [rows, inner, columns],
      (r, k) => a[k * rows + r]!,
      (k, c) => b[k * columns + c]!,
    );
  },
  scratch: ({ inner, columns }) => panels(Math.min(DEPTH, inner), columns),
  work: ({ rows, inner, columns }) => rows * inner * columns,
});

/** Rows of b that the WebAssembly version of productTN packs at a time. */
const DEPTH = 256;
