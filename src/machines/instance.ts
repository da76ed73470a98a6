/** @file The WebAssembly kernels over one memory, for one thread. */

export const PAGE = 65_536; // bytes, of a WebAssembly memory
/** All that addresses of 32 bits reach, less one page. */
export const MAX_PAGES = 65_535;

/** A kernel of an instance; its arguments are numbers, with the scratch space last. */
type Compute = (...numbers: number[]) => void;

/** A module over one memory, for one thread. */
export interface Instance {
  readonly kernels: Readonly<Record<string, Compute>>;
  /**
   * Sets which part, of how many, the next call computes. `fresh` is false if the previous call in this thread did
   * another part of the same launch.
   */
  take(part: number, parts: number, fresh?: boolean): void;
}

/** Room for each thread's TILE, below the memory's first buffer and above the module's own constants. */
export const TILES = 49_152; // bytes
const TILE_BYTES = 512;
export const MAX_THREADS = 16;

export function instantiate(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  thread = 0,
): Instance {
  const tile = new WebAssembly.Global({ value: 'i32' }, TILES + thread * TILE_BYTES);
  const { exports } = new WebAssembly.Instance(module, { env: { memory, tile } });
  const { fresh, part, parts, ...kernels } = exports as Record<string, unknown>;
  return {
    kernels: kernels as Record<string, Compute>,
    take(which, of, first = true) {
      (fresh as WebAssembly.Global).value = first ? 1 : 0;
      (part as WebAssembly.Global).value = which;
      (parts as WebAssembly.Global).value = of;
    },
  };
}

/** Names of the kernels of a module, in an order on which all threads agree. */
export const kernelsOf = (module: WebAssembly.Module): readonly string[] =>
  WebAssembly.Module.exports(module)
    .filter(({ kind }) => kind === 'function')
    .map(({ name }) => name);
