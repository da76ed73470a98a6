/** @file What a code format declares; each is one file in ./code. */
import type { Expression } from '../attention/expression';

export interface CodeLayer {
  readonly expression: Expression;
  /** Cells painted over it are not in the code; a comment in the code says so. */
  readonly paint?: readonly unknown[];
}

export interface CodeDoc {
  readonly T: number; // keys
  /** Defaults to the number of keys, as in src/masks/doc.ts. */
  readonly queries?: number;
  readonly layers: readonly CodeLayer[];
}

export interface CodeFormat {
  readonly id: string;
  readonly label: string;
  readonly order: number;
  readonly language: 'python';
  /** One sentence, shown on the page. */
  readonly summary: string;
  /** Why these layers cannot be expressed; undefined if they can. */
  supports(layers: readonly CodeLayer[]): string | undefined;
  /** Runnable Python. Only for layers it supports. */
  write(doc: CodeDoc): string;
}

export const defineFormat = (format: CodeFormat): CodeFormat => format;
