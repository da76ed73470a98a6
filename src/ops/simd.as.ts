/**
 * @file The kernels of src/ops for WebAssembly, four numbers at a time (SIMD), in AssemblyScript.
 * scripts/build/simd.mjs compiles this file and its imports. Each kernel is in the folder of its WGSL and plain loops,
 * where its formula and buffers are described, and has the same name. It is tested against the loops
 * (test/ops/simd.test.ts). Code that several ops share is in simd/.
 *
 * Every function gets: threads, then a pointer for each buffer of its kernel in their order, then its uniforms and its
 * constants in their order, and a pointer to scratch space. It works on the sizes the uniforms give; only `place` and
 * its gradient need the threads, to know how many sequences there are.
 *
 * Products and attention share one inner loop, `tile`: 4 rows times a panel of 8 columns. A panel is 8 columns of the
 * right factor, copied so that it is read from front to back. No fused or relaxed arithmetic and one order of sums:
 * the same bits on every machine.
 *
 * Several threads share a launch: each has an instance of the module over the same memory, and one call does part
 * `part` of `parts`. Parts never write the same number and never read what another one writes, and a number's sum is
 * never split between them: the same bits whatever the number of parts. What is packed into scratch space is packed by
 * each thread for itself: by each part, or, if all parts need the same, by the thread's first one (`fresh`).
 */

// @ts-nocheck AssemblyScript, not TypeScript

export { fresh, part, parts } from './simd/parts.as';

export { embed, embedGrad } from './embed/simd.as';
export { place, placeGrad } from './place/simd.as';
export { rmsNorm, rmsNormGradGain, rmsNormGradX, sumBlocks } from './rmsNorm/simd.as';
export {
  productAdd, productNN, productNT, productSwiglu, productSwigluGrad, productTN,
} from './product/simd.as';
export { attentionForward } from './attention/forward.as';
export { attentionGradKeys, attentionGradQuery } from './attention/backward.as';
export { attentionProbe } from './attention/probe.as';
export { tiledForward } from './attention/tiled/forward.as';
export { tiledGradKeys, tiledGradQuery } from './attention/tiled/backward.as';
export { tiledProbe } from './attention/tiled/probe.as';
export { crossEntropy } from './crossEntropy/simd.as';
export { adamw, settle, squares } from './adamw/simd.as';
export {
  decodeGather, decodeProduct, decodeScores, decodeSwiglu, decodeWeights,
} from './decode/simd.as';
