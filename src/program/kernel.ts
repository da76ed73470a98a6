/**
 * @file A kernel of ours, written once for every backend: its buffers, its uniforms, WGSL, and the same as plain loops.
 *
 * The loops run where there is neither WebGPU nor WebAssembly, and both are tested against them. Both versions see the
 * same buffers in the same order, so a kernel has one meaning.
 */

type Access = 'read' | 'write' | 'update';
type Element = 'f32' | 'i32' | 'vec4<f32>';

/** 'read f32': how a buffer is used and what it holds. The length of a vec4 buffer must be a multiple of 4. */
export type BufferSpec = `${Access} ${Element}`;
export type ScalarType = 'u32' | 'i32' | 'f32';

type TypedArrayOf<S extends BufferSpec> = S extends `${string} i32` ? Int32Array : Float32Array;

export interface Kernel<
  B extends Readonly<Record<string, BufferSpec>> = Readonly<Record<string, BufferSpec>>,
  U extends Readonly<Record<string, ScalarType>> = Readonly<Record<string, ScalarType>>,
> {
  readonly name: string;
  readonly buffers: B;
  readonly uniforms: U;
  /**
   * WGSL with `fn main(i: u32)`, called once for every thread below `threads`. It sees the buffers and `uniforms` by
   * name. A function if constants are baked into the text; they are then part of the shader's key.
   */
  wgsl(constants: Constants): string;
  /** Plain loops that do the same for all threads at once. */
  host(
    buffers: { readonly [K in keyof B]: TypedArrayOf<B[K]> },
    uniforms: { readonly [K in keyof U]: number },
    constants: Constants,
  ): void;
  /** Bytes of working space its WebAssembly version needs. */
  scratch?(uniforms: { readonly [K in keyof U]: number }, constants: Constants): number;
  /**
   * Minimum multiplications of a launch, with other work counted as the multiplications that take WebAssembly as long.
   * Decides whether several threads share the launch; a kernel without it is never shared.
   */
  work?(
    uniforms: { readonly [K in keyof U]: number },
    constants: Constants,
    threads: number,
  ): number;
}

/** Numbers baked into a shader's text: the head dimension and the like. */
export type Constants = Readonly<Record<string, number>>;

export function defineKernel<
  const B extends Readonly<Record<string, BufferSpec>>,
  const U extends Readonly<Record<string, ScalarType>>,
>(kernel: Kernel<B, U>): Kernel<B, U> {
  return kernel;
}

export const accessOf = (spec: BufferSpec): Access => spec.split(' ')[0] as Access;
export const elementOf = (spec: BufferSpec): Element => spec.split(' ')[1] as Element;

/** Threads per workgroup that suit graphics cards. */
export const WORKGROUP = 64;
/** On an adapter that runs on a processor: enough groups to keep every core busy to the end. */
export const SMALL_WORKGROUP = 8;
/** WebGPU's limit of workgroups along one axis; the rest continue along the second. */
const MAX_GROUPS = 65535;

/** The whole shader: bindings in the order of `buffers`, uniforms last, one call of main for each thread. */
export function shaderOf(kernel: Kernel, constants: Constants, workgroup = WORKGROUP): string {
  const names = Object.keys(kernel.buffers);
  const bindings = names.map((name, at) => {
    const spec = kernel.buffers[name]!;
    const mode = accessOf(spec) === 'read' ? 'read' : 'read_write';
    return `@group(0) @binding(${at}) var<storage, ${mode}> ${name}: array<${elementOf(spec)}>;`;
  });
  const fields = Object.entries(kernel.uniforms).map(([name, type]) => `  ${name}: ${type},`);
  return [
    'struct Uniforms {',
    '  threads: u32,',
    ...fields,
    '};',
    ...bindings,
    `@group(0) @binding(${names.length}) var<uniform> uniforms: Uniforms;`,
    kernel.wgsl(constants),
    `@compute @workgroup_size(${workgroup})`,
    'fn start(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {',
    `  let i = id.x + id.y * groups.x * ${workgroup}u;`,
    // All threads of a group must reach a barrier, including those past the end.
    isShared(constants) ? '  main(i);' : '  if (i < uniforms.threads) { main(i); }',
    '}',
  ].join('\n');
}

/** Kernels whose threads share workgroup memory: groups of WORKGROUP threads, and no thread left out. */
export const isShared = (constants: Constants): boolean => constants['shared'] === 1;

export function dispatchOf(threads: number, workgroup = WORKGROUP): [x: number, y: number] {
  const groups = Math.max(1, Math.ceil(threads / workgroup));
  const x = Math.min(groups, MAX_GROUPS);
  return [x, Math.ceil(groups / x)];
}

/** Uniforms as bytes: `threads`, then the fields in their order, 4 bytes each, padded to 16. */
export function uniformBytes(
  types: Readonly<Record<string, ScalarType>>,
  threads: number,
  values: Readonly<Record<string, number>>,
): ArrayBuffer {
  const entries = Object.entries(types);
  const bytes = new ArrayBuffer(Math.ceil((entries.length + 1) / 4) * 16);
  const view = new DataView(bytes);
  view.setUint32(0, threads, true);
  entries.forEach(([name, type], at) => {
    const value = values[name];
    if (value === undefined) throw new Error(`uniform '${name}' has no value`);
    const offset = 4 * (at + 1);
    if (type === 'f32') view.setFloat32(offset, value, true);
    else if (type === 'i32') view.setInt32(offset, value, true);
    else view.setUint32(offset, value, true);
  });
  return bytes;
}
