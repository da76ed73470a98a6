/** @file The engine's own count of memory: bytes of live tensors, and the most there were since the last reset. */
import * as tf from '@tensorflow/tfjs-core';

class Meter {
  peak = 0; // bytes

  /** Called whenever something was allocated. */
  note(): void {
    const bytes = tf.engine().state.numBytes;
    if (bytes > this.peak) this.peak = bytes;
  }

  reset(): void {
    this.peak = tf.engine().state.numBytes;
  }
}

export const meter = new Meter();
