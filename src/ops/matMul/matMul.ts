/** @file The matrix product each backend does best. */
import * as tf from '@tensorflow/tfjs-core';
import { launch } from '../../gpu/launch';
import { meter } from '../../gpu/meter';
import { matMulNN, matMulNT, matMulTN } from './kernel';
import { TILE, tileNN, tileNT } from './tiles';

export type Form = 'NN' | 'NT' | 'TN'; // which operand stands transposed: a b, a bᵀ, aᵀ b

/** The product of two matrices; the caller owns the result. */
export function matMul(a: tf.Tensor, b: tf.Tensor, form: Form = 'NN'): tf.Tensor2D {
  const [A, B] = [a as tf.Tensor2D, b as tf.Tensor2D];
  const product = tf.getBackend() === 'webgpu' ? onGpu(A, B, form) : onHost(A, B, form);
  meter.note();
  return product;
}

function onGpu(a: tf.Tensor2D, b: tf.Tensor2D, form: Form): tf.Tensor2D {
  const rows = form === 'TN' ? a.shape[1] : a.shape[0];
  const inner = form === 'TN' ? a.shape[0] : a.shape[1];
  const columns = form === 'NT' ? b.shape[0] : b.shape[1];
  const [columns4, inner4, rows4] = [columns / 4, inner / 4, rows / 4];
  const whole = Number.isInteger;
  const given = { a, b, y: [rows, columns] };
  if (form !== 'TN' && columns % TILE === 0 && whole(inner4)) {
    const kernel = form === 'NN' ? tileNN : tileNT;
    const threads = Math.ceil(rows / TILE) * (columns / TILE);
    return launch(kernel, threads, given, { rows, inner4, columns4 }).y as tf.Tensor2D;
  }
  const tiles = Math.ceil(rows4) * columns4;
  if (form === 'NN' && whole(columns4)) {
    return launch(matMulNN, tiles, given, { rows, inner, columns4 }).y as tf.Tensor2D;
  }
  if (form === 'NT' && whole(columns4) && whole(inner4)) {
    return launch(matMulNT, tiles, given, { rows, inner4, columns4 }).y as tf.Tensor2D;
  }
  if (form === 'TN' && whole(columns4) && whole(rows4)) {
    return launch(matMulTN, tiles, given, { rows4, inner, columns4 }).y as tf.Tensor2D;
  }
  return tf.matMul(a, b, form === 'TN', form === 'NT');
}

/**
 * tfjs's wasm hands a product to XNNPACK only where nothing stands transposed; else it runs plain loops,
 * many times slower. So we transpose first.
 */
function onHost(a: tf.Tensor2D, b: tf.Tensor2D, form: Form): tf.Tensor2D {
  if (form === 'NN' || tf.getBackend() === 'cpu') {
    return tf.matMul(a, b, form === 'TN', form === 'NT');
  }
  const turned = tf.transpose<tf.Tensor2D>(form === 'TN' ? a : b);
  meter.note();
  const product: tf.Tensor2D = form === 'TN' ? tf.matMul(turned, b) : tf.matMul(a, turned);
  turned.dispose();
  return product;
}
