/** @file What is known about each way to compute on this machine, as data. The pages put it into sentences. */

/** A way to compute, of ours or of TensorFlow.js. */
export type Way = 'webgpu' | 'webgl' | 'wasm' | 'cpu';

export type NoWebGpu =
  | { readonly kind: 'noWebGpu'; readonly because: 'unsupported' | 'noAdapter' }
  | { readonly kind: 'noWebGpu'; readonly because: 'noAnswer'; readonly message: string };

/** Whether an adapter with this name is a CPU that emulates a graphics card. */
export const isSoftware = (name: string): boolean =>
  /swiftshader|llvmpipe|softpipe|software|\bwarp\b|basic render/i.test(name);

export interface NoWebGl {
  readonly kind: 'noWebGl';
  readonly because: 'noOffscreenCanvas' | 'unsupported';
}

/** Milliseconds that a short test predicts for a training step of the model at hand. */
export interface StepTimes {
  readonly wasm: number;
  readonly webgpu: number;
}

/** The CPU emulates a graphics card. */
export interface SoftwareAdapter {
  readonly kind: 'softwareAdapter';
  readonly way: 'webgpu' | 'webgl';
  readonly adapter: string;
  /** What decides between it and WebAssembly; missing if it is never used. */
  readonly decided?: 'untimed' | StepTimes;
}

/** Threads of WebAssembly at most: launches of models of this size have too little work for more. */
export const MOST_THREADS = 8;

export interface OneThread {
  readonly kind: 'oneThread';
  readonly because: 'notIsolated' | 'noSharedMemory' | 'oneCore' | 'coresUnknown';
}

/** WebAssembly has lost some of its threads. */
export type FewerThreads =
  | {
      readonly kind: 'threadsLost';
      readonly lost: number;
      readonly of: number;
      readonly message: string;
    }
  | { readonly kind: 'threadStuck' }
  | { readonly kind: 'noSharedMemory'; readonly bytes: number };

/** One reason for the way to compute in use, or against another one. `message` is the text of an error. */
export type BackendFact =
  | NoWebGpu
  | NoWebGl
  | SoftwareAdapter
  | OneThread
  | FewerThreads
  | { readonly kind: 'failedSelfTest'; readonly way: Way; readonly message: string }
  | { readonly kind: 'failedWithThreads'; readonly message: string }
  /** WebGPU is the first choice; how its products are computed, as a short test chose. */
  | { readonly kind: 'fastest'; readonly products: Products }
  | { readonly kind: 'asked' }
  /** The user chose TensorFlow.js. */
  | { readonly kind: 'askedTfjs' }
  | { readonly kind: 'tfjsFailed'; readonly way: Way; readonly message: string }
  /** TensorFlow.js does not use the graphics card, because of an earlier fault. */
  | { readonly kind: 'tfjsWithoutGpu' };

export type Products =
  'smallTiles' | 'workgroupMemory' | { readonly rows: number; readonly columns: number }; // of a thread's tile

/** Nothing computes here; `facts` say why for each way. */
export class NoBackend extends Error {
  override name = 'NoBackend';

  constructor(
    readonly of: 'ours' | 'tfjs',
    readonly facts: readonly BackendFact[],
  ) {
    super(`there is no way to compute here: ${JSON.stringify(facts)}`);
  }
}

export interface Fault {
  /**
   * 'lost': the device is gone, its numbers were right, and another one may be available. 'gone': the same, but its
   * runs continue without the graphics card. 'error': its numbers cannot be trusted. 'stuck': a thread of WebAssembly did
   * not finish its part, so the model's memory cannot be trusted.
   */
  readonly kind: 'lost' | 'gone' | 'error' | 'stuck';
  /** The device's own message. */
  readonly message: string;
}
