/**
 * @file Time and memory of plans by context length, measured: real training steps and real generated tokens of freshly
 * opened models, on random tokens (their content does not change the work).
 */
import { random } from '../core/random';
import type { DeviceLimits } from '../core/limits';
import { InputError } from '../core/check';
import type { SweepRow } from '../workers/train/jobs';
import { Decoder } from '../model/decode/decoder';
import { checkMemory } from '../model/memory';
import { initialWeights } from '../model/weights';
import { modelSpecOf } from '../spec/model';
import type { RunSpec } from '../spec/run';
import type { Models } from './model';

/** Steps that are timed, after one warm-up step; fewer if they are slow. */
const STEPS = 5;
/** Milliseconds after which no further step of a model is timed. */
const ENOUGH = 1500;
/** Tokens that are timed, once the cache is full. */
const TOKENS = 16;
/** Contexts up to which tokens are generated: filling the cache takes one pass per token, in plain JavaScript. */
const MAX_GENERATED_CONTEXT = 1024;

export interface SweepOptions {
  readonly spec: RunSpec; // the shared settings; its plan, context and batch are not used
  readonly plans: readonly string[];
  readonly contexts: readonly number[];
}

/**
 * One row after the other, short contexts first, so that results appear soon. Ends early once `cancelled` returns true.
 */
export async function* sweep(
  models: Models,
  limits: DeviceLimits,
  { spec, plans, contexts }: SweepOptions,
  cancelled: () => boolean,
): AsyncGenerator<SweepRow> {
  for (const context of contexts) {
    for (const plan of plans) {
      if (cancelled()) return;
      const own: RunSpec = { ...spec, plan, context, batch: 1 };
      try {
        checkMemory(own, { limits, kernel: models.kernel });
      } catch (cause) {
        if (!(cause instanceof InputError)) throw cause;
        yield { plan, context, why: cause.message };
        continue;
      }
      yield { plan, context, ...(await measure(models, own, cancelled)) };
    }
  }
}

const median = (numbers: readonly number[]) =>
  [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;

async function measure(models: Models, spec: RunSpec, cancelled: () => boolean) {
  const model = modelSpecOf(spec);
  const { below } = random(spec.seed, 'sweep', spec.context);
  const ids = () => Int32Array.from({ length: spec.context }, () => below(model.vocabulary));
  const batch = {
    tokens: ids(),
    targets: ids(),
    weights: new Float32Array(spec.context).fill(1),
  };
  const weights = initialWeights(model, spec.seed, spec.spread);
  const opened = await models.open(model, weights, { batch: 1 });
  try {
    const times: number[] = [];
    const begun = performance.now();
    for (let step = 0; step <= STEPS && !cancelled(); step++) {
      const started = performance.now();
      opened.train(batch, 0); // a rate of 0 costs the same
      await opened.reports();
      if (step > 0) times.push(performance.now() - started);
      if (times.length > 0 && performance.now() - begun > ENOUGH) break;
    }
    const written =
      spec.context <= MAX_GENERATED_CONTEXT && !cancelled()
        ? writes(model, weights, batch.tokens)
        : {};
    return {
      ...(times.length > 0 && { stepMs: median(times), steps: times.length }),
      bytes: opened.bytes,
      ...written,
    };
  } finally {
    opened.dispose();
  }
}

/** Milliseconds per generated token at the end of a full context. */
function writes(
  model: ReturnType<typeof modelSpecOf>,
  weights: ReadonlyMap<string, Float32Array>,
  tokens: Int32Array,
) {
  const decoder = new Decoder(model, weights);
  const times: number[] = [];
  tokens.forEach((token, t) => {
    const started = performance.now();
    decoder.next(token);
    if (t >= tokens.length - TOKENS) times.push(performance.now() - started);
  });
  const numbers = 2 * model.kvHeads * model.headDim; // of a key and its value
  const keys = decoder.cachedKeys().reduce((a, b) => a + b, 0);
  return { tokenMs: median(times), cacheBytes: 4 * numbers * keys };
}
