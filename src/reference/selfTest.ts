/** @file Before tfjs is trusted with a user's run: one step of a tiny model compared with our plain loops. */
import { random } from '../core/random';
import { precise } from '../core/numbers';
import { hostMachine } from '../machines/hostMachine';
import { initialWeights } from '../model/weights';
import type { Model, Models } from '../train/model';
import { TINY } from '../train/selfTest';
import { zebras } from '../train/zebra';

const BATCH = 2;
const TOLERANCE = 1e-3; // relative to the largest number

/** Throws an Error that names what is wrong: the logits, the attention, the step's report or its gradient. */
export async function tapedSelfTest(models: Models): Promise<void> {
  const { below } = random('self-test of the tape');
  const ids = (count: number) => Int32Array.from({ length: count }, () => below(TINY.vocabulary));
  const rows = BATCH * TINY.context;
  const weights = new Float32Array(rows).fill(1);
  const batch = { tokens: ids(rows), targets: ids(rows), weights };
  const start = initialWeights(TINY, 0);
  const both: Model[] = [];
  try {
    for (const way of [models, zebras(hostMachine())]) {
      both.push(await way.open(TINY, start, { batch: BATCH }));
    }
    const [got, expected] = await Promise.all(
      both.map(async (model) => {
        const logits = await model.logits(batch.tokens.slice(0, TINY.context));
        const maps = await model.maps(batch.tokens.slice(0, TINY.context));
        model.train(batch, 0.01);
        const [{ loss, accuracy, gradNorm }] = (await model.reports()) as [never];
        const { m } = await model.snapshot();
        return {
          logits: [logits],
          'the maps': maps,
          'loss, accuracy and length of the gradient': [[loss, accuracy, gradNorm]],
          'the gradient': [m],
        };
      }),
    );
    for (const name of Object.keys(expected!) as (keyof NonNullable<typeof expected>)[]) {
      expected![name].forEach((values, i) => compare(name, got![name][i]!, values));
    }
  } finally {
    for (const model of both) model.dispose();
  }
}

function compare(name: string, got: ArrayLike<number>, expected: ArrayLike<number>): void {
  let [worst, scale] = [0, 1e-6];
  for (let i = 0; i < expected.length; i++) {
    scale = Math.max(scale, Math.abs(expected[i]!));
    const difference = Math.abs(got[i]! - expected[i]!);
    worst = Math.max(worst, Number.isNaN(difference) ? Infinity : difference);
  }
  if (worst > TOLERANCE * scale) {
    throw new Error(`${name}: off by ${precise(worst / scale, 2)} of the largest number`);
  }
}
