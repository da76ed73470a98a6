/** @file Steps of the same model with one thread and with several; what docs/performance.md says of threads. */
import type { Crew } from '../../src/gpu/crew';
import { hostMachine } from '../../src/gpu/hostMachine';
import { dataOf, modelOf, RATE, SIZES, type Size } from '../../test/bench/models';
import { initialWeights } from '../../src/model/weights';
import { Zebra } from '../../src/train/zebra';

/** As long and wide as what the Lab opens on. */
const TABLE: Size = { B: 4, T: 512, D: 64 };
const sizeOf = (name: string): Size => (name === 'TABLE' ? TABLE : SIZES[name]!);
export const LIST = ['S', 'M', 'L', 'TABLE'];

const ROUNDS = 25;
const WARM = 3;

export async function* measure(name: string, kernels: WebAssembly.Module, crew: Crew) {
  const size = sizeOf(name);
  for (const plan of ['global', 'grouped']) {
    const spec = modelOf(size, plan);
    const { tokens, targets, rows } = dataOf(size);
    const batch = { tokens, targets, weights: new Float32Array(rows).fill(1) };
    const models = [hostMachine(kernels), hostMachine(kernels, crew)].map((machine) =>
      Zebra.open(machine, spec, initialWeights(spec, 1), { batch: size.B }),
    );
    const [one, many] = await Promise.all(models);
    const step = async (model: Zebra) => {
      const began = performance.now();
      model.train(batch, RATE);
      const [report] = await model.reports();
      return { ms: performance.now() - began, loss: report!.loss };
    };
    const times: { one: number; many: number }[] = [];
    for (let round = 0; round < ROUNDS + WARM; round++) {
      const [a, b] = [await step(one!), await step(many!)];
      if (a.loss !== b.loss) throw new Error(`step ${round}: losses ${a.loss} and ${b.loss}`);
      if (round >= WARM) times.push({ one: a.ms, many: b.ms });
    }
    one!.dispose();
    many!.dispose();
    yield {
      plan,
      one: median(times.map((time) => time.one)),
      many: median(times.map((time) => time.many)),
      ratio: median(times.map((time) => time.one / time.many)),
    };
  }
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;
