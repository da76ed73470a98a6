/** @file One thread that runs the kernels of peak.as.ts. */

export interface Work {
  readonly module: WebAssembly.Module;
  readonly bytes: number; // of each of the triad's arrays
}
export type Go = { readonly kernel: 'products' | 'triad'; readonly rounds: number };

interface Kernels {
  products(rounds: number, by: number, plus: number): number;
  triad(bytes: number, s: number): void;
}

let kernels: Kernels | undefined;
let bytes = 0;

function begin(work: Work): void {
  bytes = work.bytes;
  const pages = Math.ceil((3 * bytes) / 65_536) + 1;
  const memory = new WebAssembly.Memory({ initial: pages });
  new Float32Array(memory.buffer).fill(1);
  kernels = new WebAssembly.Instance(work.module, { env: { memory } })
    .exports as unknown as Kernels;
}

addEventListener('message', ({ data }: MessageEvent<Work | Go>) => {
  if ('module' in data) begin(data);
  else if (data.kernel === 'products') {
    if (!Number.isFinite(kernels!.products(data.rounds, 0.5, 0.25))) throw new Error('not finite');
  } else for (let round = 0; round < data.rounds; round++) kernels!.triad(bytes, 0.5);
  postMessage('done');
});
