/**
 * @file Shared by all attention kernels: their sizes, where numbers lie, and the text of their loops.
 *
 * A row of qkv holds a token's queries, keys and values, [H d | kvH d | kvH d]; means holds the keys and values of the
 * summaries, [kvH d | kvH d] each. A head, whose width is known when the shader is written, is held in named vec4s;
 * indexed arrays would spill.
 */
import type { Constants } from '../../program/kernel';
import type { KernelId } from './costs';

export const attentionUniforms = {
  B: 'u32', // sequences
  T: 'u32', // tokens
  summaries: 'u32', // virtual keys after the tokens
  heads: 'u32',
  kvHeads: 'u32',
  chunk: 'u32', // tokens per summary, 0 if there are none
  scale: 'f32', // 1 / √d
  bias: 'f32', // ln C, added to the score of a summary
  apart: 'u32', // tokens from one sequence's tables to the next one's; 0 if all share one
} as const;

/**
 * A low estimate of the multiplications, with 16 keys per query: a layer may read as few, and the actual number is in a
 * buffer.
 */
export const minWork = ({ B, T, heads }: Pick<AttentionSizes, 'B' | 'T' | 'heads'>, D4: number) =>
  16 * B * T * heads * 4 * D4;

export type AttentionSizes = { readonly [K in keyof typeof attentionUniforms]: number };

/** `line` once for each i below n, with § replaced by i. */
export const each = (n: number, line: string | ((i: number) => string)): string =>
  Array.from({ length: n }, (_, i) =>
    typeof line === 'string' ? line.replaceAll('§', String(i)) : line(i),
  ).join('\n');

/** The sum of `term` over i below n. */
export const sumOf = (n: number, term: string): string =>
  Array.from({ length: n }, (_, i) => term.replaceAll('§', String(i))).join(' + ');

/** Where numbers lie, in vec4s: rows of qkv and of means, and of a tensor with a row of heads per token. */
export const ADDRESSES = /* wgsl */ `
  let stride = (uniforms.heads + 2u * uniforms.kvHeads) * D4;
  let meanStride = 2u * uniforms.kvHeads * D4;
  let valueAt = uniforms.kvHeads * D4;`;

/**
 * What thread i of a kernel over queries works on: queries t0 .. t0 + Q - 1 of head h of sequence b. Past the end it
 * repeats the last one. With `intervals` also the first key of each, and where summaries lie.
 */
export const queriesOfThread = (Q: number, intervals = true): string => /* wgsl */ `
  let blocks = (uniforms.T + ${Q - 1}u) / ${Q}u;
  let t0 = i % blocks * ${Q}u;
  let h = i / blocks % uniforms.heads;
  let b = i / blocks / uniforms.heads;
  let kv = h * uniforms.kvHeads / uniforms.heads;
${ADDRESSES}
  let tokenKeys = b * uniforms.T * stride + (uniforms.heads + kv) * D4;
  ${intervals ? 'let meanKeys = b * uniforms.summaries * meanStride + kv * D4;' : ''}
${each(
  Q,
  (q) => `  let t${q > 0 ? q : 'q0'} = min(t0 + ${q}u, uniforms.T - 1u);
  let row${q} = b * uniforms.T + t${q > 0 ? q : 'q0'};
  let at${q} = (row${q} * uniforms.heads + h) * D4;
  let stat${q} = 2u * ((b * uniforms.heads + h) * uniforms.T + t${q > 0 ? q : 'q0'});
  ${intervals ? `let first${q} = u32(first[b * uniforms.apart + t${q > 0 ? q : 'q0'}]);` : ''}`,
)}`;

/** Variable that holds the position of the thread's query number q. */
export const position = (q: number): string => (q > 0 ? `t${q}` : 'tq0');

/**
 * A constant of the kernels over intervals. Software adapters compile shaders slowly, so there a layer without chunks
 * has shaders without the part for summaries, which is half of each.
 */
export const partsOf = (kernel: KernelId | undefined, chunk: number): Constants =>
  kernel === 'softwareGpu' && chunk === 0 ? { summaries: 0 } : {};

/** Threads of the kernels over queries, and over keys. */
export const queryThreads = (u: Pick<AttentionSizes, 'B' | 'T' | 'heads'>, Q: number): number =>
  u.B * u.heads * Math.ceil(u.T / Q);
export const keyThreads = (
  u: Pick<AttentionSizes, 'B' | 'T' | 'summaries' | 'kvHeads'>,
  K: number,
): number => u.B * u.kvHeads * (Math.ceil(u.T / K) + Math.ceil(u.summaries / K));

/** Where the host loops find the numbers of query t of head h of sequence b, and its keys. */
export function hostAddresses(
  u: Pick<AttentionSizes, 'T' | 'summaries' | 'heads' | 'kvHeads'>,
  d: number,
) {
  const { T, summaries, heads, kvHeads } = u;
  const stride = (heads + 2 * kvHeads) * d;
  const meanStride = 2 * kvHeads * d;
  return {
    query: (b: number, t: number, h: number) => (b * T + t) * stride + h * d,
    key: (b: number, j: number, kv: number) => (b * T + j) * stride + (heads + kv) * d,
    meanKey: (b: number, c: number, kv: number) => (b * summaries + c) * meanStride + kv * d,
    /** Distance from a key to its value. */
    valueAt: kvHeads * d,
    out: (b: number, t: number, h: number) => ((b * T + t) * heads + h) * d,
    stat: (b: number, t: number, h: number) => 2 * ((b * heads + h) * T + t),
    kvOf: (h: number) => Math.floor((h * kvHeads) / heads),
  };
}
