/** @file Tensors of TensorFlow.js: read, joined, and watched during the backward pass. */
import * as tf from '@tensorflow/tfjs';

export const flat = (tensors: readonly tf.Tensor[]): tf.Tensor1D =>
  tf.concat1d(tensors.map((tensor) => tf.reshape(tensor, [tensor.size])));

/**
 * Returns x itself; `count` is called when the backward pass reaches it. For the first weight used, that is the very
 * end, when everything forward and backward is still alive: the tape frees nothing before.
 */
export function whenReached(x: tf.Tensor, count: () => void): tf.Tensor {
  return tf.customGrad((input) => ({
    value: tf.clone(input as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => {
      count();
      return tf.clone(dy);
    },
  }))(x);
}

/** Its numbers; on the processor tfjs returns the very array it continues to compute with. */
export const copyOf = async (tensor: tf.Tensor): Promise<Float32Array> =>
  (await tensor.data<'float32'>()).slice();

/** Returns its numbers and disposes of it. */
export async function readOf(tensor: tf.Tensor): Promise<Float32Array> {
  try {
    return await copyOf(tensor);
  } finally {
    tensor.dispose();
  }
}
