/** @file Text for heads whose width is known when the shader is made: named vec4s instead of indexed arrays, which would spill. */

/** 'line' once for each of the n parts of a head, with § as its number. */
export const each = (n: number, line: string): string =>
  Array.from({ length: n }, (_, part) => line.replaceAll('§', String(part))).join('\n');

/** The sum of `term` over the parts of a head. */
export const sumOf = (n: number, term: string): string =>
  Array.from({ length: n }, (_, part) => term.replaceAll('§', String(part))).join(' + ');
