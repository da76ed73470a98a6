/** @file The vocabulary of a task: one glyph per token. */
import type { Vocabulary } from './vocabulary';

export const DOT = '·';

/** '12ab?' → 5 tokens in this order. */
export function glyphs(text: string): Vocabulary & { id(glyph: string): number } {
  const all = [...text];
  return {
    size: all.length,
    label: (id) => all[id] ?? '\uFFFD',
    id: (glyph) => all.indexOf(glyph),
  };
}
