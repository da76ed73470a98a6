/** @file From logits to a token: temperature, top-k, top-p, and a seeded draw. */

export interface Sampling {
  /** Logits are divided by it; 0 takes the most likely token. */
  readonly temperature: number;
  /** Only this many of the most likely tokens; 0: all. */
  readonly topK: number;
  /** Only the most likely tokens that together reach this share (nucleus sampling, Holtzman et al. 2020); 1: all. */
  readonly topP: number;
}

export interface Alternative {
  readonly token: number;
  /** The model's own probabilities: softmax of the unchanged logits. */
  readonly model: number;
  /** Probabilities to draw from, after temperature, top-k and top-p; 0 if cut off. */
  readonly drawn: number;
}

/** Every token, most likely first; ties in the order of the vocabulary. */
export function alternatives(
  logits: Float32Array,
  { temperature, topK, topP }: Sampling,
): Alternative[] {
  const model = softmax(logits, 1);
  const order = [...model.keys()].sort((a, b) => logits[b]! - logits[a]! || a - b);
  if (temperature === 0)
    return order.map((token, rank) => ({ token, model: model[token]!, drawn: rank === 0 ? 1 : 0 }));
  const tempered = softmax(logits, temperature);
  let reached = 0;
  const kept = order.map((token, rank) => {
    const keep = (topK === 0 || rank < topK) && (rank === 0 || reached < topP);
    reached += tempered[token]!;
    return keep;
  });
  const total = order.reduce((sum, token, rank) => sum + (kept[rank] ? tempered[token]! : 0), 0);
  return order.map((token, rank) => ({
    token,
    model: model[token]!,
    drawn: kept[rank] ? tempered[token]! / total : 0,
  }));
}

/** Draws a token; `uniform` is in [0, 1). */
export function draw(choices: readonly Alternative[], uniform: number): Alternative {
  let rest = uniform;
  for (const choice of choices) {
    rest -= choice.drawn;
    if (rest < 0) return choice;
  }
  return choices[0]!; // rounding: they sum to slightly less than 1
}

function softmax(logits: Float32Array, temperature: number): Float64Array {
  const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = Float64Array.from(logits, (logit) => Math.exp((logit - most) / temperature));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}
