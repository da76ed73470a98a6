/** @file Messages between the page and the worker that writes: plain data. */
import type { LayerPlan } from '../../attention/pattern';
import type { Interventions } from '../../model/decode/decoder';
import type { HostWeights } from '../../model/arena';
import type { Sampling } from '../../model/decode/sample';
import type { Replayed, WrittenToken } from '../../model/decode/writer';
import type { ModelSpec } from '../../spec/model';

export type WritingCommand =
  | { readonly type: 'load'; readonly model: ModelSpec; readonly weights: HostWeights }
  | { readonly type: 'begin'; readonly prompt: Int32Array }
  | {
      readonly type: 'write';
      readonly count: number; // tokens
      readonly sampling: Sampling;
      readonly seed: number;
      /** Stops once the text ends with this; empty: never. */
      readonly until: Int32Array;
    }
  | { readonly type: 'stop' }
  | { readonly type: 'rewind'; readonly length: number }
  | { readonly type: 'replay' }
  /** The loss of each token of a text, for the current model and the changed one. */
  | {
      readonly type: 'whatIf';
      readonly tokens: Int32Array;
      readonly layers: LayerPlan;
      readonly interventions: Interventions;
    };

export interface CacheState {
  readonly keys: readonly number[]; // per layer
  readonly bytes: readonly number[];
}

export interface Difference {
  readonly tokens: Int32Array;
  /** Nats; entry t is the loss of token t + 1. */
  readonly before: Float32Array;
  readonly after: Float32Array;
}

/** What computes: WebAssembly, or plain loops and why. */
export type WritingIn =
  | { readonly way: 'wasm' }
  /** Memory was refused; the model's sizes do not suit WebAssembly; its logits differed from those of the loops. */
  | { readonly way: 'cpu'; readonly because: 'memory' | 'sizes' | 'differs' }
  /** WebAssembly did not start; `message` is the text of an error. */
  | { readonly way: 'cpu'; readonly because: 'failed'; readonly message: string };

export type WritingEvent =
  | { readonly type: 'computing'; readonly computing: WritingIn }
  | { readonly type: 'reading'; readonly done: number; readonly total: number } // tokens of the prompt
  | {
      readonly type: 'ready';
      readonly length: number; // tokens read so far
      readonly cache: CacheState;
      readonly ms: number; // of the prompt
    }
  | { readonly type: 'written'; readonly token: WrittenToken }
  | { readonly type: 'stopped' }
  | { readonly type: 'replayed'; readonly replayed: Replayed }
  | { readonly type: 'difference'; readonly difference: Difference }
  | { readonly type: 'problem'; readonly message: string };
