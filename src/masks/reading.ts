/**
 * @file How the numbers of an opened file were interpreted, and how the library it is meant for interprets them.
 * Libraries differ: even within PyTorch, True means "may read" in scaled_dot_product_attention and "blocked" in
 * nn.MultiheadAttention.
 */

/** Numbers that let through: nonzero ones, zeros, or those that take little from a score. */
export type Polarity = 'nonzero' | 'zero' | 'additive';

export interface Reading {
  readonly allowed: Polarity;
  /** What decided: the cells of the file, the user, or the library it is meant for. */
  readonly by: 'cells' | 'person' | 'library';
  readonly sure: boolean;
  /** A clause without a full stop. */
  readonly because: string;
  /** Whether it holds one number only. */
  readonly constant: boolean;
  /** The file's word for 1: '1', or, if there are other numbers, 'a number other than 0'. */
  readonly one: string;
  readonly meant?: LibraryId;
  /** For numbers added to scores: those above it let through. */
  readonly border?: number;
}

/** A library function that takes a mask, and what a boolean mask, or one of 0 and 1, means there. */
export interface Library {
  readonly id: LibraryId;
  readonly label: string;
  readonly reads: Polarity;
  /** A page that states its meaning, or a thread in which it was mistaken. */
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
 * The library that a mask of this name is meant for; none for `attn_mask`, which PyTorch uses in functions with either
 * meaning of True.
 */
export function libraryNamed(name: string): LibraryId | undefined {
  if (/(^|[._])key_padding_mask$/.test(name)) return 'mha';
  return /(^|[._])attention_mask$/.test(name) ? 'hf' : undefined;
}
