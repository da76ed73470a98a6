/** @file A matrix product followed by SwiGLU, and its gradient (Shazeer 2020, eq. 6: y = silu(gate) ∘ up). */
import { defineKernel, type Constants } from '../../program/kernel';
import { times, open, rowsOfA, sumNN, sumNT, eachRow, ONE, shared, across } from './wgsl';
import { uniforms, multiply, panels } from './loops';

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
