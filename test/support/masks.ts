/** @file Masks to test kernels with. */

/**
 * Masks that none of our patterns has: two runs and many, both directions, queries that read nothing, tokens that no
 * query reads.
 */
export const MASKS: readonly string[] = [
  'causal & (window(3) | sink(2))',
  'causal & dilated(3)',
  'causal | chunk(5)',
  'causal & documents(7, 11)',
  'window(4) & !ahead(3)',
  'causal & !window(2)',
  'chunk(4) & !padding(3, 2)',
];
