/**
 * @file The part of an encoder-decoder to examine. The decoder generates: it reads its own tokens and, in
 * cross-attention, those of the source. The encoder reads the source, once.
 */
export type Part = 'decoder' | 'encoder' | 'cross';

export const PARTS: readonly { readonly id: Part; readonly label: string }[] = [
  { id: 'decoder', label: 'Decoder, reading itself' },
  { id: 'cross', label: 'Decoder, reading the source' },
  { id: 'encoder', label: 'Encoder' },
];

export const isPart = (text: string): text is Part => PARTS.some(({ id }) => id === text);
