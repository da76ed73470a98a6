/**
 * @file How the numbers of an opened file were read, and how the library it is meant for reads them. Libraries differ:
 * in PyTorch alone, True may be read in scaled_dot_product_attention and is blocked in nn.MultiheadAttention.
 */

/** Which numbers let through: those that are not 0, those that are 0, or those that take little from a score. */
export type Polarity = 'nonzero' | 'zero' | 'additive';

export interface Reading {
  readonly allowed: Polarity;
  /** Who decided: the cells of the file, the person, or the library it is meant for. */
  readonly by: 'cells' | 'person' | 'library';
  readonly sure: boolean;
  /** A clause without an end. */
  readonly because: string;
  /** Whether it holds one number only. */
  readonly constant: boolean;
  /** What stands in the file for 1: '1', or, where there are other numbers, 'a number other than 0'. */
  readonly one: string;
  readonly meant?: LibraryId;
  /** Of numbers that are added to scores: those above it let through. */
  readonly border?: number;
}

/** A place a mask is given to, and what a boolean mask, or one of 0 and 1, means there. */
export interface Library {
  readonly id: LibraryId;
  readonly label: string;
  readonly reads: Polarity;
  /** Where its meaning is stated, or was mistaken. */
  readonly thread: string;
}

export type LibraryId = 'sdpa' | 'mha' | 'hf' | 'added';

const SDPA = 'https://github.com/rasbt/LLMs-from-scratch/issues/1061';
const MHA = 'https://github.com/pytorch/pytorch/pull/120668';
const ADDED = 'https://github.com/huggingface/transformers/issues/24897';
const HF = 'https://github.com/huggingface/transformers/issues/32195';

export const LIBRARIES: readonly Library[] = [
  { id: 'sdpa', label: 'scaled_dot_product_attention', reads: 'nonzero', thread: SDPA },
  { id: 'mha', label: 'nn.MultiheadAttention', reads: 'zero', thread: MHA },
  { id: 'hf', label: 'Hugging Face attention_mask', reads: 'nonzero', thread: HF },
  { id: 'added', label: 'adding to scores', reads: 'additive', thread: ADDED },
];

export const libraryOf = (id: LibraryId): Library => LIBRARIES.find((one) => one.id === id)!;

export const meaningOf = (reads: Polarity): string =>
  reads === 'additive' ? 'added to scores' : reads === 'zero' ? 'blocked' : 'may read';

/**
 * The library a mask of this name is meant for. `attn_mask` names none: PyTorch calls it so both where True may be read and
 * where True is blocked.
 */
export function libraryNamed(name: string): LibraryId | undefined {
  if (/(^|[._])key_padding_mask$/.test(name)) return 'mha';
  return /(^|[._])attention_mask$/.test(name) ? 'hf' : undefined;
}
