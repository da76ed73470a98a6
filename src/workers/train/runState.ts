/** @file The state of a run: preparing, running, paused, or failed and why; and the machine that computes it. */
import type { KernelId } from '../../spec/cost';
import type { BackendFact, Fault } from '../../core/backendFacts';
import type { DeviceLimits } from '../../core/limits';

/** 'tfjs': the reference composition on TensorFlow.js; the others run our kernels. */
type BackendName = 'webgpu' | 'wasm' | 'cpu' | 'tfjs';

/** Which machine the engine computes on, and why. */
export interface BackendInfo {
  readonly name: BackendName;
  /** The attention kernel in use: what "FLOPs done" counts. */
  readonly kernel: KernelId;
  /** Threads of WebAssembly that share its kernels; one if missing. */
  readonly threads?: number;
  /** 'swiftshader', 'nvidia lovelace', 'WebAssembly SIMD', … */
  readonly device: string;
  /** Why this one, and not one that is normally preferred. */
  readonly why: readonly BackendFact[];
  /** How much memory it allows, so that the page refuses a model before it releases the current one. */
  readonly limits: DeviceLimits;
}

export type RunState =
  /** Nothing can be trained yet; `progress` in 0..1 if known. */
  | { readonly phase: 'preparing'; readonly doing: Preparation; readonly progress?: number }
  /**
   * `moved`: it was moved to another device or backend and continued by itself. Steps reported beyond `step` are void.
   */
  | { readonly phase: 'running'; readonly step: number; readonly moved?: Moved }
  | { readonly phase: 'paused'; readonly step: number; readonly moved?: Moved }
  /** The run is over. */
  | { readonly phase: 'failed'; readonly failure: Failure };

export type Preparation =
  | 'starting' // the engine itself
  | 'choosing' // a way to compute
  | 'loadingText'
  | 'building'
  | 'recovering' // after a fault of the graphics device
  | 'recoveringThread'; // after a thread of WebAssembly stopped in the middle of its work

/** A run was built again on another device, or in another way, from its last snapshot. */
export interface Moved {
  readonly because: Fault | { readonly kind: 'faster' }; // WebGPU was measured to be faster
  readonly step: number;
  readonly trains: boolean; // it continued; otherwise it waits
}

/** Why a run or a job ended. `message` is the text of an error, without a full stop if it is not a sentence. */
export type Failure =
  /** The settings do not work. */
  | { readonly kind: 'settings'; readonly message: string }
  | {
      readonly kind: 'diverged';
      /** At least one of the two is NaN or infinite. */
      readonly loss: number;
      readonly gradNorm: number;
      readonly step: number;
      readonly rate: number; // the learning rate that was set
    }
  | { readonly kind: 'noText'; readonly message: string }
  | {
      readonly kind: 'noBackend';
      readonly of: 'ours' | 'tfjs';
      readonly facts: readonly BackendFact[];
    }
  /** The device failed so often that the engine stops trying. */
  | { readonly kind: 'failsAgain'; readonly fault: Fault; readonly times: number }
  /** Runs are training on the machine that this would replace or slow down. */
  | { readonly kind: 'busy'; readonly by: 'otherBackend' | 'training' }
  | { readonly kind: 'engineStopped'; readonly message: string }
  | { readonly kind: 'error'; readonly message: string };
