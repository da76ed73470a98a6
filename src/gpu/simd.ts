/**
 * @file Runs a kernel's SIMD version, where it has one and the wasm backend is in use.
 *
 * The module has a memory of its own: buffers are copied in and out, which costs little beside the
 * work, and neither heap has to know of the other.
 */
import { accessOf, type BufferSpec, type Constants, type Kernel } from './kernel';

type SimdFunction = (...numbers: number[]) => void;

interface Loaded {
  readonly memory: WebAssembly.Memory;
  readonly functions: Readonly<Record<string, SimdFunction>>;
}

let loaded: Loaded | undefined;

/** Loads the module at `url`. Throws where the machine has no SIMD or the file is not there. */
export async function loadSimd(url: string): Promise<void> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  const { instance } = await WebAssembly.instantiate(await answer.arrayBuffer(), {});
  const { memory, ...functions } = instance.exports;
  loaded = {
    memory: memory as WebAssembly.Memory,
    functions: functions as Record<string, SimdFunction>,
  };
}

export function unloadSimd(): void {
  loaded = undefined;
}

const PAGE = 65536; // bytes
const ALIGN = 16; // bytes of a vector
/** A vector may be read past the end of a buffer; its lanes are masked away. */
const SLACK = 64; // bytes

/** Runs the kernel on these buffers and says so; false where there is no SIMD version of it. */
export function runSimd(
  kernel: Kernel,
  threads: number,
  views: Readonly<Record<string, Float32Array | Int32Array>>,
  uniforms: Readonly<Record<string, number>>,
  constants: Constants,
): boolean {
  const run = loaded?.functions[kernel.name];
  if (!loaded || !run) return false;

  let end = PAGE; // the first page holds the module's own constants: tables of the logarithm
  const place = (bytes: number) => {
    const at = Math.ceil(end / ALIGN) * ALIGN;
    end = at + bytes + SLACK;
    return at;
  };
  const names = Object.keys(kernel.buffers);
  const places = names.map((name) => place(views[name]!.byteLength));
  // Two rows of weights at most: every key a query may read, or every query that may read a key.
  const scratch = place(2 * 4 * ((uniforms['T'] ?? 0) + (uniforms['summaries'] ?? 0) + 8));
  const missing = end - loaded.memory.buffer.byteLength;
  if (missing > 0) loaded.memory.grow(Math.ceil(missing / PAGE));

  const bytesOf = (view: Float32Array | Int32Array) =>
    new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const memory = new Uint8Array(loaded.memory.buffer);
  const specs = names.map((name) => accessOf(kernel.buffers[name] as BufferSpec));
  names.forEach((name, i) => {
    if (specs[i] !== 'write') memory.set(bytesOf(views[name]!), places[i]!);
  });
  run(
    threads,
    ...places,
    ...Object.keys(kernel.uniforms).map((name) => uniforms[name]!),
    ...Object.values(constants),
    scratch,
  );
  names.forEach((name, i) => {
    if (specs[i] === 'read') return;
    const view = views[name]!;
    bytesOf(view).set(memory.subarray(places[i]!, places[i]! + view.byteLength));
  });
  return true;
}
