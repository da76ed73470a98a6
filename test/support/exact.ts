/** @file The kernels' plain loops in float64, each buffer separate: the standard for float32 and shared slots. */
import type { Session } from '../../src/machines/machine';
import { elementOf, type BufferSpec } from '../../src/program/kernel';
import { aligned, uniformsOf, type Bundle, type Part } from '../../src/program/program';

export class ExactSession implements Session {
  readonly bytes = 0;
  readonly buffers = new Map<string, Float64Array | Int32Array>();

  constructor(readonly bundle: Bundle) {
    for (const [name, { element, length, content }] of Object.entries(bundle.kept)) {
      const Type = element === 'i32' ? Int32Array : Float64Array;
      this.buffers.set(name, new Type(aligned(length)));
      if (content) this.write(name, content());
    }
  }

  write(buffer: string, values: ArrayLike<number>): void {
    this.buffers.get(buffer)!.set(values);
  }

  run(program: string, values: Readonly<Record<string, number>> = {}, only?: number): void {
    const { launches, temporary } = this.bundle.programs[program]!;
    for (const [i, launch] of launches.entries()) {
      if (only !== undefined && only !== i) continue;
      const { kernel, buffers, constants } = launch;
      const views = Object.fromEntries(
        (Object.entries(kernel.buffers) as [string, BufferSpec][]).map(([name, spec]) => {
          const part = buffers[name]!;
          let whole = this.buffers.get(part.buffer);
          if (!whole) {
            // A number that was never written is NaN, so that reading one shows.
            whole = new Float64Array(temporary.get(part.buffer)!).fill(NaN);
            this.buffers.set(part.buffer, whole);
          }
          expectElement(whole, spec);
          return [name, whole.subarray(part.at, part.at + part.length)];
        }),
      );
      kernel.host(
        views as unknown as Record<string, Float32Array>,
        uniformsOf(launch, values),
        constants,
      );
    }
  }

  read({ buffer, at, length }: Part): Promise<Float32Array> {
    return Promise.resolve(Float32Array.from(this.exact({ buffer, at, length })));
  }

  exact({ buffer, at, length }: Part): Float64Array {
    return Float64Array.from(this.buffers.get(buffer)!.subarray(at, at + length));
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }

  dispose(): void {
    this.buffers.clear();
  }
}

function expectElement(array: Float64Array | Int32Array, spec: BufferSpec): void {
  const whole = array instanceof Int32Array;
  if (whole !== (elementOf(spec) === 'i32'))
    throw new Error(`${spec} on the wrong kind of numbers`);
}
