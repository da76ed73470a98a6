/**
 * @file Tensors of the wasm and cpu backends as typed arrays, without copying.
 *
 * A view of the wasm heap is valid until the heap grows, so outputs are allocated before any view is taken.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

type Shape = readonly number[];

/** An output whose content is not yet defined. */
export function allocate(shape: Shape): tf.Tensor {
  const backend = tf.backend() as unknown as BackendWasm;
  const info = isWasm()
    ? backend.makeOutput([...shape], 'float32')
    : (
        backend as unknown as {
          makeTensorInfo(s: number[], d: 'float32', v: Float32Array): tf.TensorInfo;
        }
      ).makeTensorInfo([...shape], 'float32', new Float32Array(shape.reduce((a, b) => a * b, 1)));
  return tf.engine().makeTensorFromTensorInfo(info);
}

/** The numbers of a tensor, in place: writing to them changes the tensor. */
export function view(tensor: tf.TensorInfo): Float32Array | Int32Array {
  const backend = tf.backend() as unknown as BackendWasm;
  return (isWasm() ? backend.typedArrayFromHeap(tensor) : backend.readSync(tensor.dataId)) as
    Float32Array | Int32Array;
}

/**
 * The same numbers as a new tensor. XNNPACK keeps a packed copy of a matrix under its id, so on wasm
 * a weight that was changed in place must come back under a new one.
 */
export function renew<R extends tf.Rank>(tensor: tf.Tensor<R>): tf.Tensor<R> {
  if (!isWasm()) return tensor;
  const copy = allocate(tensor.shape);
  (view(copy) as Float32Array).set(view(tensor) as Float32Array);
  tensor.dispose();
  return copy as tf.Tensor<R>;
}

const isWasm = () => tf.getBackend() === 'wasm';
