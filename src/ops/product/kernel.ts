/**
 * @file Matrix products in the three forms training needs, with what directly follows them: adding a residual, SwiGLU,
 * SwiGLU's gradient (Shazeer 2020, eq. 6: y = silu(gate) ∘ up).
 *
 * Without workgroup memory or barriers: each thread keeps a tile of results in named vec4s, `tall` rows by `wide`
 * vec4s, so that every loaded number is used several times. A software adapter works best with large tiles, a real GPU
 * with more threads; src/program/tiles.ts chooses. Every length is a multiple of 4 except the rows (and the inner one
 * where a is transposed).
 */
import { defineKernel, isShared, type Constants } from '../../program/kernel';
import { sharedProduct, type SharedProduct } from './shared';

const times = (n: number, line: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => line(i)).join('\n');

const uniforms = { rows: 'u32', inner: 'u32', columns: 'u32' } as const;

/** The plain product of host loops: y[r, c] = Σ_k a(r, k) b(k, c), summed in the order of k. */
function multiply(
  y: Float32Array | Float64Array,
  [rows, inner, columns]: readonly [number, number, number],
  a: (r: number, k: number) => number,
  b: (k: number, c: number) => number,
): void {
  const sums = new Float64Array(columns);
  for (let r = 0; r < rows; r++) {
    sums.fill(0);
    for (let k = 0; k < inner; k++) {
      const x = a(r, k);
      for (let c = 0; c < columns; c++) sums[c]! += x * b(k, c);
    }
    y.set(sums, r * columns);
  }
}

/**
 * Where a thread's tile begins: `row`, and `column` in vec4s, of which it takes `step`; `across` is the number of tiles
 * side by side.
 */
const open = ({ tall, wide }: Constants, across: string, step = wide!) => /* wgsl */ `
  let inner4 = uniforms.inner / 4u;
  let columns4 = uniforms.columns / 4u;
  let across = ${across};
  let column = i % across * ${step}u;
  let row = i / across * ${tall!}u;
${times(tall!, (r) => times(wide!, (c) => `  var y${r}_${c} = vec4<f32>();`))}`;

/** Rows of `a`; the last tile may be ragged, so they are clamped. */
const rowsOfA = ({ tall }: Constants) =>
  times(tall!, (r) => `  let a${r} = min(row + ${r}u, uniforms.rows - 1u) * inner4;`);

/** Sums of a row-major `a` and a row-major `b`; vec4 number c of the tile lies `where(c)` after its first. */
const sumNN = ({ tall, wide }: Constants, where = (c: number) => `${c}u`) => /* wgsl */ `
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
const sumNT = ({ tall, wide }: Constants) => /* wgsl */ `
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
const eachRow = ({ tall }: Constants, line: (r: number) => string) =>
  times(tall!, (r) => `  if (row + ${r}u < uniforms.rows) {\n${line(r)}\n  }`);

const store = (constants: Constants, plus = '') =>
  eachRow(constants, (r) =>
    times(
      constants['wide']!,
      (c) =>
        `    y[(row + ${r}u) * columns4 + column + ${c}u] = y${r}_${c}${plus && ` + ${plus}[(row + ${r}u) * columns4 + column + ${c}u]`};`,
    ),
  );

/** A thread of the version with workgroup memory keeps four rows of one vec4. */
const ONE = { tall: 4, wide: 1 };

/** The text that uses workgroup memory, if the constants ask for it. */
function shared(
  constants: Constants,
  form: SharedProduct['form'],
  store: string,
  more: Partial<SharedProduct> = {},
): string | undefined {
  if (!isShared(constants)) return undefined;
  return sharedProduct({ form, across: 'columns4', store, ...more });
}

const across = ({ wide }: Constants) => `columns4 / ${wide!}u`;

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

/**
 * both = x [gate | up], gated = silu(gate) ∘ up. A thread's vec4s are gates, then the matching ups, F numbers later.
 * `columns` is 2 F. Threads: tiles of `tall` rows and 4 · `wide` hidden numbers.
 */
export const productSwiglu = defineKernel({
  name: 'productSwiglu',
  buffers: {
    a: 'read vec4<f32>', // [rows, inner]
    b: 'read vec4<f32>', // [inner, 2 F]: gate, then up
    both: 'write vec4<f32>', // [rows, 2 F]
    gated: 'write vec4<f32>', // [rows, F]
  },
  uniforms,
  wgsl: (c) => {
    const wide = c['wide']!;
    const row = (r: number) => `(row + ${r}u)`;
    const all = { tall: c['tall']!, wide: 2 * wide };
    const store = (share: Constants, pairs: number) =>
      eachRow(share, (r) =>
        times(
          pairs,
          (v) => `    both[${row(r)} * columns4 + column + ${v}u] = y${r}_${v};
    both[${row(r)} * columns4 + column + F4 + ${v}u] = y${r}_${v + pairs};
    gated[${row(r)} * F4 + column + ${v}u] = y${r}_${v} / (1.0 + exp(-y${r}_${v})) * y${r}_${v + pairs};`,
        ),
      );
    const throughMemory = shared(c, 'NN', `  let F4 = uniforms.columns / 8u;\n${store(ONE, 1)}`, {
      across: 'uniforms.columns / 8u',
      second: 'uniforms.columns / 8u',
    });
    if (throughMemory) return throughMemory;
    return /* wgsl */ `fn main(i: u32) {
  let F4 = uniforms.columns / 8u;
${open(all, `F4 / ${wide}u`, wide)}
${rowsOfA(c)}${sumNN(all, (v) => (v < wide ? `${v}u` : `F4 + ${v - wide}u`))}
${store(all, wide)}
}`;
  },
  host({ a, b, both, gated }, u) {
    const { rows, inner, columns } = u;
    multiply(
      both,
      [rows, inner, columns],
      (r, k) => a[r * inner + k]!,
      (k, c) => b[k * columns + c]!,
    );
    const F = columns / 2;
    for (let i = 0; i < rows * F; i++) {
      const at = Math.floor(i / F) * columns + (i % F);
      const gate = both[at]!;
      gated[i] = (gate / (1 + Math.exp(-gate))) * both[at + F]!;
    }
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

/**
 * The gradient of both halves of SwiGLU, from dgated = a bᵀ, which is not kept:
 *
 *   dgate = dgated up σ (1 + gate (1 − σ)),   dup = dgated gate σ
 *
 * `columns` is F.
 */
export const productSwigluGrad = defineKernel({
  name: 'productSwigluGrad',
  buffers: {
    a: 'read vec4<f32>', // [rows, inner]: dy
    b: 'read vec4<f32>', // [F, inner]: down
    both: 'read vec4<f32>', // [rows, 2 F]: gate, then up
    dboth: 'write vec4<f32>', // [rows, 2 F]
  },
  uniforms,
  wgsl: (c) => {
    const store = (share: Constants) =>
      eachRow(share, (r) =>
        times(
          share['wide']!,
          (v) => `    {
      let at = (row + ${r}u) * 2u * columns4 + column + ${v}u;
      let gate = both[at];
      let s = 1.0 / (1.0 + exp(-gate));
      dboth[at] = y${r}_${v} * both[at + columns4] * s * (1.0 + gate * (1.0 - s));
      dboth[at + columns4] = y${r}_${v} * gate * s;
    }`,
        ),
      );
    return (
      shared(c, 'NT', store(ONE)) ??
      `fn main(i: u32) {${open(c, across(c))}\n${rowsOfA(c)}${sumNT(c)}\n${store(c)}\n}`
    );
  },
  host({ a, b, both, dboth }, { rows, inner, columns: F }) {
    const dgated = new Float64Array(rows * F);
    multiply(
      dgated,
      [rows, inner, F],
      (r, k) => a[r * inner + k]!,
      (k, c) => b[c * inner + k]!,
    );
    for (let i = 0; i < rows * F; i++) {
      const at = Math.floor(i / F) * 2 * F + (i % F);
      const [gate, up] = [both[at]!, both[at + F]!];
      const s = 1 / (1 + Math.exp(-gate));
      dboth[at] = dgated[i]! * up * s * (1 + gate * (1 - s));
      dboth[at + F] = dgated[i]! * gate * s;
    }
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
  scratch: ({ rows, inner, columns }) => {
    const depth = 4 * Math.ceil(Math.min(DEPTH, inner) / 4);
    return panels(depth, columns) + 4 * depth * rows; // and as much of a, transposed
  },
  work: ({ rows, inner, columns }) => rows * inner * columns,
});

/** Rows of a and b that the WebAssembly version of productTN sums at a time. */
const DEPTH = 256;

/** Bytes of b, rearranged in panels of 8 columns for the WebAssembly version. */
const panels = (inner: number, columns: number) => 4 * inner * 8 * Math.ceil(columns / 8);
