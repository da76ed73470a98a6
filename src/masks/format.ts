/** @file What a format of code has to say of itself; each is one file in ./code. */
import type { Expression } from '../attention/expression';

export interface CodeLayer {
  readonly expression: Expression;
  /** Cells painted over it are in no code; the code says so. */
  readonly paint?: readonly unknown[];
}

export interface CodeDoc {
  readonly T: number; // keys
  /** As many as keys where it does not say: as src/masks/doc.ts has it. */
  readonly queries?: number;
  readonly layers: readonly CodeLayer[];
}

export interface CodeFormat {
  readonly id: string;
  readonly label: string;
  readonly order: number;
  readonly language: 'python';
  /** One sentence for people. */
  readonly summary: string;
  /** Why these layers cannot be said so; undefined where they can. */
  supports(layers: readonly CodeLayer[]): string | undefined;
  /** Python that runs as it is. Only of layers it supports. */
  write(doc: CodeDoc): string;
}

export const defineFormat = (format: CodeFormat): CodeFormat => format;
