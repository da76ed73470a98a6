/**
 * @file Before a machine is trusted: a tiny model with every pattern runs every kernel, launch by launch, and compares
 * it with the plain loops. Names the operation that is wrong.
 */
import type { LayerPlan } from '../attention/pattern';
import { patterns, patternSpec } from '../attention/registry';
import { random } from '../core/random';
import { precise } from '../core/numbers';
import { hostMachine } from '../machines/hostMachine';
import { wholeOf, type Machine } from '../machines/machine';
import { arenaOf, pack } from '../model/arena';
import { bundleOf } from '../model/bundle';
import { initialWeights } from '../model/weights';
import { accessOf, elementOf, type BufferSpec } from '../program/kernel';
import type { ModelSpec } from '../spec/model';
import { kindOf, type LayerKind } from './layerKinds';

/**
 * Largest difference relative to the scale of the whole output: float32 sums in a different order, and a GPU's own exp
 * and sqrt.
 */
const TOLERANCE = 1e-3;

/** A model with every pattern, and heads that share keys. */
export const TINY: ModelSpec = {
  vocabulary: 12,
  context: 11,
  // Sizes with the shaders of the usual models, so that they are compiled only once.
  width: 32,
  heads: 2,
  kvHeads: 1,
  headDim: 16,
  hidden: 48,
  layers: patterns.all.map(({ id }) => patternSpec(id, { window: 3, chunk: 2 })),
  pool: 'post',
  ropeBase: 10_000,
  ropeScale: 1,
  tied: true,
};
/** Its layers of these kinds. */
export const tinyLayers = (kinds: ReadonlySet<LayerKind>): LayerPlan =>
  TINY.layers.filter((layer) => kinds.has(kindOf(layer)));

const BATCH = 2;
const VALUES = {
  share: 1 / (BATCH * TINY.context),
  slot: 3,
  rate: 0.01,
  shrink: 0.999,
  correct1: 0.1,
  correct2: 0.05,
};

/** Throws an Error that names the first operation whose numbers are wrong. */
export async function selfTest(machine: Machine, layers: LayerPlan = TINY.layers): Promise<void> {
  const model = { ...TINY, layers };
  const bundle = bundleOf(model, {
    batch: BATCH,
    pooling: { size: 6, factor: 2, every: 1 },
    kernel: machine.kernel,
    ...(machine.tiles && { tiles: machine.tiles }),
  });
  const sessions = [await machine.open(bundle), await hostMachine().open(bundle)] as const;
  const { below } = random('self-test');
  const ids = () => Int32Array.from({ length: BATCH * TINY.context }, () => below(TINY.vocabulary));
  const inputs = {
    weights: pack(arenaOf(model), initialWeights(model, 0)),
    tokens: ids(),
    targets: ids(),
    scored: new Float32Array(BATCH * TINY.context).fill(1),
  };
  try {
    for (const session of sessions) {
      for (const [name, values] of Object.entries(inputs)) session.write(name, values);
    }
    for (const [program, { launches }] of Object.entries(bundle.programs)) {
      // A read copies what is there now, so the launches that follow need not wait until a GPU has answered.
      const results = [];
      for (const [i, { kernel, buffers }] of launches.entries()) {
        for (const session of sessions) session.run(program, VALUES, i);
        for (const [name, spec] of Object.entries(kernel.buffers) as [string, BufferSpec][]) {
          if (accessOf(spec) === 'read' || elementOf(spec) === 'i32') continue;
          const part = buffers[name]!;
          if (part.buffer.startsWith('nothing')) continue;
          const both = Promise.all(sessions.map((session) => session.read(part, program)));
          results.push(both.then(([got, expected]) => ({ kernel, got, expected })));
        }
      }
      // In the order of launches: an operation that is given wrong numbers is not the wrong one.
      for (const { kernel, got, expected } of await Promise.all(results)) {
        compare(kernel.name, got!, expected!);
      }
    }
    const [ring] = await Promise.all([sessions[0].read(wholeOf(bundle, 'ring'))]);
    const norm = ring[4 * VALUES.slot]!;
    if (!(norm > 0)) throw new Error(`a training step gave a gradient of length ${norm}`);
  } finally {
    for (const session of sessions) session.dispose();
  }
}

function compare(name: string, got: Float32Array, expected: Float32Array): void {
  let [worst, scale] = [0, 1e-6];
  for (let i = 0; i < expected.length; i++) {
    scale = Math.max(scale, Math.abs(expected[i]!));
    const difference = Math.abs(got[i]! - expected[i]!);
    // A NaN counts as the largest possible error.
    worst = Math.max(worst, Number.isNaN(difference) ? Infinity : difference);
  }
  if (worst > TOLERANCE * scale) {
    throw new Error(`${name} is off by ${precise(worst / scale, 2)} of its largest number`);
  }
}
