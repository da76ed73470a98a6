/** @file The two products with many rows, in tiles of 8 × 8: each loaded number is used eight times. */
import { defineKernel } from '../../gpu/kernel';
import { wgslOnly } from './kernel';

/** Rows and columns of a thread's tile. */
export const TILE = 8;
const VECTORS = TILE / 4;

const times = (n: number, line: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => line(i)).join('\n');

/** Where the tile lies, its rows of `a` (the last tile may be ragged: indices are held inside), its sums. */
const open = /* wgsl */ `
  let tiles = uniforms.columns4 / ${VECTORS}u;
  let column = i % tiles * ${VECTORS}u;
  let row = i / tiles * ${TILE}u;
${times(TILE, (r) => `  let a${r} = min(row + ${r}u, uniforms.rows - 1u) * uniforms.inner4;`)}
${times(TILE, (r) => times(VECTORS, (c) => `  var y${r}_${c} = vec4<f32>();`))}`;

const store = times(
  TILE,
  (r) =>
    `  if (row + ${r}u < uniforms.rows) {\n${times(
      VECTORS,
      (c) => `    y[(row + ${r}u) * uniforms.columns4 + column + ${c}u] = y${r}_${c};`,
    )}\n  }`,
);

const shared = {
  buffers: { a: 'read vec4<f32>', b: 'read vec4<f32>', y: 'write vec4<f32>' },
  uniforms: { rows: 'u32', inner4: 'u32', columns4: 'u32' },
  host: wgslOnly,
} as const;

/** y [rows, columns] = a [rows, inner] b [inner, columns]. One thread per tile. */
export const tileNN = defineKernel({
  name: 'matMulTileNN',
  ...shared,
  wgsl: () => /* wgsl */ `
fn main(i: u32) {
${open}
  for (var k = 0u; k < uniforms.inner4; k++) {
    let at = 4u * k * uniforms.columns4 + column;
${times(4, (d) => times(VECTORS, (c) => `    let b${d}_${c} = b[at + ${d}u * uniforms.columns4 + ${c}u];`))}
${times(
  TILE,
  (r) =>
    `    let x${r} = a[a${r} + k];\n${times(
      VECTORS,
      (c) =>
        `    y${r}_${c} += x${r}.x * b0_${c} + x${r}.y * b1_${c} + x${r}.z * b2_${c} + x${r}.w * b3_${c};`,
    )}`,
)}
  }
${store}
}`,
});

/** y [rows, columns] = a [rows, inner] b [columns, inner]ᵀ. One thread per tile. */
export const tileNT = defineKernel({
  name: 'matMulTileNT',
  ...shared,
  wgsl: () => /* wgsl */ `
fn main(i: u32) {
${open}
  let at = 4u * column * uniforms.inner4;
  for (var k = 0u; k < uniforms.inner4; k++) {
${times(TILE, (c) => `    let b${c} = b[at + ${c}u * uniforms.inner4 + k];`)}
${times(
  TILE,
  (r) =>
    `    let x${r} = a[a${r} + k];\n${times(
      VECTORS,
      (c) =>
        `    y${r}_${c} += vec4<f32>(${[0, 1, 2, 3].map((d) => `dot(x${r}, b${4 * c + d})`).join(', ')});`,
    )}`,
)}
  }
${store}
}`,
});
