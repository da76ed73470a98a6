/** @file A step of a lesson as its author writes it: prose, a scene, exercises. */

interface BlockOf<K> {
  readonly kind: K;
  readonly value: unknown; // parsed JSON
  readonly line: number; // in the file, from 1
}
export type Block = BlockOf<'scene'> | BlockOf<'exercise'>;

/** Prose is Markdown in the document, and HTML once the site is built. */
export interface Prose {
  readonly kind: 'prose';
  readonly text: string;
  readonly line: number;
}

export interface StepDocument {
  readonly title: string;
  /** Its name in URLs and in stored progress: from the title, or given as '## Title {#name}'. */
  readonly slug: string;
  readonly line: number;
  readonly parts: readonly (Prose | Block)[];
}
