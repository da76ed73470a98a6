/** @file What all attention kernels are told of the layer they work on. */
export const attentionUniforms = {
  T: 'u32', // tokens
  summaries: 'u32', // virtual keys behind the tokens
  heads: 'u32',
  kvHeads: 'u32',
  chunk: 'u32', // tokens per summary, 0 where there are none
  scale: 'f32', // 1 / √d
  bias: 'f32', // ln C, added to the score of a summary
} as const;
