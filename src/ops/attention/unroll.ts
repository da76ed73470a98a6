/** @file Text for heads whose width is known when the shader is made: named vec4s instead of indexed arrays, which would spill. */

/** 'line' once for each of the n parts of a head, with § as its number. */
export const each = (n: number, line: string): string =>
  Array.from({ length: n }, (_, part) => line.replaceAll('§', String(part))).join('\n');

/** The sum of `term` over the parts of a head. */
export const sumOf = (n: number, term: string): string =>
  Array.from({ length: n }, (_, part) => term.replaceAll('§', String(part))).join(' + ');

/** What thread i of a kernel over queries works on: query t of head h of sequence b, and where its numbers lie. */
export const QUERY_OF_THREAD = /* wgsl */ `
  let t = i % uniforms.T;
  let h = i / uniforms.T % uniforms.heads;
  let b = i / uniforms.T / uniforms.heads;
  let kv = h * uniforms.kvHeads / uniforms.heads;
  let stride = uniforms.kvHeads * D4;
  let base = b * (uniforms.T + uniforms.summaries) * stride + kv * D4;
  let at = ((b * uniforms.T + t) * uniforms.heads + h) * D4;`;

/**
 * Opens the loop over the two runs of keys of query t; `start` is the first key it reads exactly.
 * Phase 0: the tokens start .. t. Phase 1: the summaries T .. T + start / C - 1.
 */
export const WALK_KEYS = /* wgsl */ `
  for (var phase = 0u; phase < 2u; phase++) {
    var begin = start;
    var count = t + 1u - start;
    var bias = 0.0;
    if (phase == 1u) {
      if (uniforms.chunk == 0u) { break; }
      begin = uniforms.T;
      count = start / uniforms.chunk;
      bias = uniforms.bias;
    }`;
