/** @file A model's weights in the memory of a WebAssembly module, as its kernels read them. */
import type { ModelSpec } from '../../spec/model';
import type { HostWeights } from '../arena';
import type { Heap } from './heap';
import type { Room } from './room';

interface Layer {
  readonly gain: number; // addresses
  readonly q: number;
  readonly k: number;
  readonly v: number;
  readonly o: number;
  readonly gainAgain: number;
  readonly gateUp: number; // [D, F of gate, then F of up]
  readonly down: number;
}

export interface Kept {
  readonly embedding: Room; // [V, D]
  readonly layers: readonly Layer[];
  readonly gain: number;
  /** [D, columns]; undefined if tied. */
  readonly head: number | undefined;
  /** V rounded up to a multiple of 4. */
  readonly columns: number;
}

/** Copies the weights. Throws a RangeError if the memory is refused. */
export function keepWeights(spec: ModelSpec, weights: HostWeights, heap: Heap): Kept {
  const { width: D, hidden: F, vocabulary: V } = spec;
  const take = (name: string) => {
    const numbers = weights.get(`${name}.weight`)!;
    const kept = heap.keep(numbers.length);
    kept.numbers.set(numbers);
    return kept;
  };
  /** Matrices of D rows, side by side, in rows of `columns` numbers. */
  const beside = (rows: number, columns: number, ...parts: readonly Float32Array[]) => {
    const kept = heap.keep(rows * columns);
    let left = 0;
    for (const part of parts) {
      const own = part.length / rows;
      for (let r = 0; r < rows; r++)
        kept.numbers.set(part.subarray(r * own, (r + 1) * own), r * columns + left);
      left += own;
    }
    return kept.address;
  };
  const embedding = take('model.embed_tokens');
  const layers = spec.layers.map((_, l) => {
    const of = (name: string) => take(`model.layers.${l}.${name}`).address;
    const mlp = (name: string) => weights.get(`model.layers.${l}.mlp.${name}.weight`)!;
    return {
      gain: of('input_layernorm'),
      q: of('self_attn.q_proj'),
      k: of('self_attn.k_proj'),
      v: of('self_attn.v_proj'),
      o: of('self_attn.o_proj'),
      gainAgain: of('post_attention_layernorm'),
      gateUp: beside(D, 2 * F, mlp('gate_proj'), mlp('up_proj')),
      down: of('mlp.down_proj'),
    };
  });
  const gain = take('model.norm').address;
  const head = weights.get('lm_head.weight');
  const columns = 4 * Math.ceil(V / 4);
  return { embedding, layers, gain, head: head && beside(D, columns, head), columns };
}
