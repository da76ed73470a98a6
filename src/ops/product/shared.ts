/**
 * @file Products through workgroup memory, for graphics cards: 64 threads share blocks of 32 rows and 32 columns, 16
 * terms at a time, so that each number is loaded from memory once for 32 uses. A thread keeps 4 rows of one vec4 (of
 * two if a gate and its up belong together). On a software adapter barriers cost more than they save.
 */

/** Threads of a workgroup. */
const THREADS = 64;
/** Rows and vec4s of a block. */
const [ROWS, VECTORS] = [32, 8];

export interface SharedProduct {
  /** 'NN': a [rows, inner], b [inner, columns]; 'NT': b [columns, inner]; 'TN': a [inner, rows]. */
  readonly form: 'NN' | 'NT' | 'TN';
  /** number of result vec4s side by side, as WGSL */
  readonly across: string;
  /** Offset of a second vec4 of b from the first, as WGSL; it goes into y·_1. */
  readonly second?: string;
  /** What to do with y0_0 … y3_0 at `row` .. `row` + 3, `column`; it can use inner4, columns4 and across. */
  readonly store: string;
}

/** Threads to launch for `rows` and `across` vec4s. */
export const sharedThreads = (rows: number, across: number): number =>
  THREADS * Math.ceil(rows / ROWS) * Math.ceil(across / VECTORS);

const times = (n: number, line: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => line(i)).join('\n');

/** A guarded load: zero out of bounds. */
const load = (to: string, from: string, inside: string) =>
  `      ${to}[n] = select(vec4<f32>(), ${from}, ${inside});`;

const fill = ({ form, second }: SharedProduct): string => {
  const rowMajorA = [
    '      let ar = top + n / 4u;',
    '      let ak = k + n % 4u;',
    load(
      'tileA',
      'a[min(ar, uniforms.rows - 1u) * inner4 + min(ak, inner4 - 1u)]',
      'ar < uniforms.rows && ak < inner4',
    ),
  ];
  const rowMajorB = (to: string, apart = '0u') => [
    load(
      to,
      `b[min(bk, uniforms.inner - 1u) * columns4 + ${apart} + min(bc, across - 1u)]`,
      'bk < uniforms.inner && bc < across',
    ),
  ];
  const whereB = ['      let bk = 4u * k + n / 8u;', '      let bc = left + n % 8u;'];
  switch (form) {
    case 'NN':
      return [
        ...rowMajorA,
        ...whereB,
        ...rowMajorB('tileB'),
        ...(second ? rowMajorB('tileC', second) : []),
      ].join('\n');
    case 'NT':
      return [
        ...rowMajorA,
        '      let bc = 4u * left + n / 4u;',
        load(
          'tileB',
          'b[min(bc, uniforms.columns - 1u) * inner4 + min(ak, inner4 - 1u)]',
          'bc < uniforms.columns && ak < inner4',
        ),
      ].join('\n');
    case 'TN':
      return [
        ...whereB,
        '      let ar = top / 4u + n % 8u;',
        load(
          'tileA',
          'a[min(bk, uniforms.inner - 1u) * (uniforms.rows / 4u) + min(ar, uniforms.rows / 4u - 1u)]',
          'bk < uniforms.inner && 4u * ar < uniforms.rows',
        ),
        ...rowMajorB('tileB'),
      ].join('\n');
  }
};

const multiply = ({ form, second }: SharedProduct): string => {
  const term = (r: number, tile: string, to: number) =>
    `      y${r}_${to} += x${r}.x * ${tile}0 + x${r}.y * ${tile}1 + x${r}.z * ${tile}2 + x${r}.w * ${tile}3;`;
  const four = (name: string, tile: string) =>
    times(4, (d) => `      let ${name}${d} = ${tile}[(4u * q + ${d}u) * 8u + across8];`);
  const x = times(4, (r) => `      let x${r} = tileA[(4u * down + ${r}u) * 4u + q];`);
  switch (form) {
    case 'NN':
      return [
        x,
        four('b', 'tileB'),
        times(4, (r) => term(r, 'b', 0)),
        ...(second ? [four('c', 'tileC'), times(4, (r) => term(r, 'c', 1))] : []),
      ].join('\n');
    case 'NT':
      return [
        x,
        times(4, (c) => `      let b${c} = tileB[(4u * across8 + ${c}u) * 4u + q];`),
        times(
          4,
          (r) =>
            `      y${r}_0 += vec4<f32>(dot(x${r}, b0), dot(x${r}, b1), dot(x${r}, b2), dot(x${r}, b3));`,
        ),
      ].join('\n');
    case 'TN':
      return times(4, (d) =>
        [
          `      let x${d} = tileA[(4u * q + ${d}u) * 8u + down];`,
          `      let b${d} = tileB[(4u * q + ${d}u) * 8u + across8];`,
          times(4, (r) => `      y${r}_0 += x${d}.${'xyzw'[r]!} * b${d};`),
        ].join('\n'),
      );
  }
};

/** The whole text, main included. */
export function sharedProduct(product: SharedProduct): string {
  const results = product.second ? 2 : 1;
  return /* wgsl */ `
var<workgroup> tileA: array<vec4<f32>, 128>;
var<workgroup> tileB: array<vec4<f32>, 128>;
${product.second ? 'var<workgroup> tileC: array<vec4<f32>, 128>;' : ''}

fn main(i: u32) {
  let inner4 = ${product.form === 'TN' ? '(uniforms.inner + 3u) / 4u' : 'uniforms.inner / 4u'};
  let columns4 = uniforms.columns / 4u;
  let across = ${product.across};
  let blocks = (across + ${VECTORS - 1}u) / ${VECTORS}u;
  let local = i % ${THREADS}u;
  let down = local / 8u;
  let across8 = local % 8u;
  let top = i / ${THREADS}u / blocks * ${ROWS}u;
  let left = i / ${THREADS}u % blocks * ${VECTORS}u;
  let row = top + 4u * down;
  let column = left + across8;
${times(4, (r) => times(results, (c) => `  var y${r}_${c} = vec4<f32>();`))}
  for (var k = 0u; k < inner4; k += 4u) {
    for (var n = local; n < 128u; n += ${THREADS}u) {
${fill(product)}
    }
    workgroupBarrier();
    for (var q = 0u; q < 4u; q++) {
${multiply(product)}
    }
    workgroupBarrier();
  }
  if (column < across) {
${product.store}
  }
}`;
}
