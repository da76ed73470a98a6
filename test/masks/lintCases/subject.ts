/** @file Building blocks of the lint cases: masks of T tokens, and their declarations. */
import { read } from '../../../src/attention/parse';
import { fromRule } from '../../../src/attention/mask';
import { masksOf } from '../../../src/masks/layers';
import { lints } from '../../../src/masks/lint';
import type { Declared, Subject } from '../../../src/masks/subject';
import type { Reading } from '../../../src/masks/reading';

export const T = 16;
export const CAUSAL: Declared = { causal: true };
/** A file in which 1 blocks. */
export const BLOCKING: Reading = {
  allowed: 'zero',
  by: 'cells',
  sure: true,
  because: 'the diagonal is 0 in all 16 rows, and a token reads itself',
  constant: false,
  one: '1',
};

/** Masks of T tokens, one per text, and their declaration. */
export const by = (declared: Declared, ...texts: string[]): Subject => ({
  declared,
  masks: masksOf(texts.map(read), T),
});
export const painted = (declared: Declared, rule: (q: number, k: number) => boolean): Subject => ({
  declared,
  masks: [fromRule(T, T, rule)],
});

/** A causal window, declared as such. */
export const windowed = (window: number): Subject => ({
  declared: { ...CAUSAL, window },
  masks: masksOf([read(`causal & window(${window})`)], 2 * T),
});

interface Case {
  readonly name: string;
  readonly subject: Subject;
  /** The cell of the finding, if it has one. */
  readonly cell?: { query: number; key: number };
  readonly layer?: number;
}
/** For the message of a failing test: which lints find something before one suppresses another. */
export const speaking = (subject: Subject) => {
  const codes = lints.all.filter(({ check }) => check(subject).length > 0).map(({ id }) => id);
  return `these find something here before one gives way to another (see "A lint" in CONTRIBUTING.md): ${codes.join(', ') || 'none'}`;
};

/** By the code of the lint: masks that it finds, and near misses, which are correct. */
export type Cases = Readonly<
  Record<string, { readonly found: readonly Case[]; readonly near: readonly Case[] }>
>;
