/** @file The WGSL that the product kernels share: where a tile begins, its sums, and how they are stored. */
import { isShared, type Constants } from '../../program/kernel';
import { sharedProduct, type SharedProduct } from './shared';

export const times = (n: number, line: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => line(i)).join('\n');

/**
 * Where a thread's tile begins: `row`, and `column` in vec4s, of which it takes `step`; `across` is the number of tiles
 * side by side.
 */
export const open = ({ tall, wide }: Constants, across: string, step = wide!) => /* wgsl */ `
  let inner4 = uniforms.inner / 4u;
  let columns4 = uniforms.columns / 4u;
  let across = ${across};
  let column = i % across * ${step}u;
  let row = i / across * ${tall!}u;
${times(tall!, (r) => times(wide!, (c) => `  var y${r}_${c} = vec4<f32>();`))}`;

/** Rows of `a`; the last tile may be ragged, so they are clamped. */
export const rowsOfA = ({ tall }: Constants) =>
  times(tall!, (r) => `  let a${r} = min(row + ${r}u, uniforms.rows - 1u) * inner4;`);

/** Sums of a row-major `a` and a row-major `b`; vec4 number c of the tile lies `where(c)` after its first. */
export const sumNN = ({ tall, wide }: Constants, where = (c: number) => `${c}u`) => /* wgsl */ `
  for (var k = 0u; k < inner4; k++) {
    let at = 4u * k * columns4 + column;
${times(4, (d) => times(wide!, (c) => `    let b${d}_${c} = b[at + ${d}u * columns4 + ${where(c)}];`))}
${times(
  tall!,
  (r) =>
    `    let x${r} = a[a${r} + k];\n${times(
      wide!,
      (c) =>
        `    y${r}_${c} += x${r}.x * b0_${c} + x${r}.y * b1_${c} + x${r}.z * b2_${c} + x${r}.w * b3_${c};`,
    )}`,
)}
  }`;

/** Sums where `b` is [columns, inner]. */
export const sumNT = ({ tall, wide }: Constants) => /* wgsl */ `
  let at = 4u * column * inner4;
  for (var k = 0u; k < inner4; k++) {
${times(4 * wide!, (c) => `    let b${c} = b[at + ${c}u * inner4 + k];`)}
${times(
  tall!,
  (r) =>
    `    let x${r} = a[a${r} + k];\n${times(
      wide!,
      (c) =>
        `    y${r}_${c} += vec4<f32>(${[0, 1, 2, 3].map((d) => `dot(x${r}, b${4 * c + d})`).join(', ')});`,
    )}`,
)}
  }`;

/** `line` for every row of the tile that exists. */
export const eachRow = ({ tall }: Constants, line: (r: number) => string) =>
  times(tall!, (r) => `  if (row + ${r}u < uniforms.rows) {\n${line(r)}\n  }`);

export const store = (constants: Constants, plus = '') =>
  eachRow(constants, (r) =>
    times(
      constants['wide']!,
      (c) =>
        `    y[(row + ${r}u) * columns4 + column + ${c}u] = y${r}_${c}${plus && ` + ${plus}[(row + ${r}u) * columns4 + column + ${c}u]`};`,
    ),
  );

/** A thread of the version with workgroup memory keeps four rows of one vec4. */
export const ONE = { tall: 4, wide: 1 };

/** The text that uses workgroup memory, if the constants ask for it. */
export function shared(
  constants: Constants,
  form: SharedProduct['form'],
  store: string,
  more: Partial<SharedProduct> = {},
): string | undefined {
  if (!isShared(constants)) return undefined;
  return sharedProduct({ form, across: 'columns4', store, ...more });
}

export const across = ({ wide }: Constants) => `columns4 / ${wide!}u`;
