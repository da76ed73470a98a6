/** @file Which arithmetic writes with a model: WebAssembly if it is there, fits and agrees, otherwise plain loops. */
import type { HostWeights } from '../../model/arena';
import type { Arithmetic } from '../../model/decode/computing';
import { Decoder } from '../../model/decode/decoder';
import { Loops } from '../../model/decode/loops';
import { fitsWasm, Wasm, type Kernels } from '../../model/decode/wasm';
import type { ModelSpec } from '../../spec/model';
import type { WritingIn } from './protocol';

/** The compiled kernels, or why there are none. */
export type KernelsOrNot = Kernels | { readonly message: string };

/** Relative to the largest logit; a wrong kernel is far beyond it. */
const TOLERANCE = 1e-3;

export function chooseArithmetic(
  spec: ModelSpec,
  weights: HostWeights,
  kernels: KernelsOrNot,
): { readonly arithmetic: Arithmetic; readonly computing: WritingIn } {
  const loops = new Loops(spec, weights);
  const plain = (why: WritingIn) => ({ arithmetic: loops, computing: why });
  if (typeof kernels !== 'function') return plain({ way: 'cpu', because: 'failed', ...kernels });
  if (!fitsWasm(spec)) return plain({ way: 'cpu', because: 'sizes' });
  try {
    const arithmetic = new Wasm(spec, weights, kernels);
    if (!agree(spec, weights, loops, arithmetic)) return plain({ way: 'cpu', because: 'differs' });
    return { arithmetic, computing: { way: 'wasm' } };
  } catch (cause) {
    if (cause instanceof RangeError) return plain({ way: 'cpu', because: 'memory' });
    const message = cause instanceof Error ? cause.message : String(cause);
    return plain({ way: 'cpu', because: 'failed', message });
  }
}

/** Whether both give the same logits after two tokens. */
function agree(spec: ModelSpec, weights: HostWeights, ...both: readonly Arithmetic[]): boolean {
  const tokens = [0, spec.vocabulary - 1];
  const [expected, found] = both.map((arithmetic) => {
    const decoder = new Decoder(spec, weights, {}, arithmetic);
    const logits = decoder.prefill(tokens);
    decoder.release();
    return logits;
  }) as [Float32Array, Float32Array];
  const largest = expected.reduce((most, logit) => Math.max(most, Math.abs(logit)), 1);
  // Written so that a NaN on one side only is a difference.
  return expected.every(
    (logit, v) => Object.is(logit, found[v]) || Math.abs(logit - found[v]!) <= TOLERANCE * largest,
  );
}
