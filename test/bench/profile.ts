/**
 * @file How the time of a step is spent: every launch timed alone, summed by kernel. Waiting for each launch adds to
 * the short ones.
 */
import type { Machine } from '../../src/machines/machine';
import { arenaOf, pack } from '../../src/model/arena';
import { bundleOf } from '../../src/model/bundle';
import { ADAMW } from '../../src/model/adamw';
import { initialWeights } from '../../src/model/weights';
import { dataOf, modelOf, RATE, type Size } from './models';

export interface Share {
  readonly kernel: string;
  readonly launches: number;
  readonly ms: number;
}

const ROUNDS = 3;

/** A model's training step on a machine, whose launches can be run one by one. */
export async function launchByLaunch(machine: Machine, size: Size, plan: string) {
  const spec = modelOf(size, plan);
  const { tokens, targets, rows } = dataOf(size);
  const bundle = bundleOf(spec, {
    batch: size.B,
    kernel: machine.kernel,
    ...(machine.tiles && { tiles: machine.tiles }),
  });
  const session = await machine.open(bundle);
  session.write('weights', pack(arenaOf(spec), initialWeights(spec, 1)));
  session.write('tokens', tokens);
  session.write('targets', targets);
  session.write('scored', new Float32Array(rows).fill(1));
  const values = {
    share: 1 / rows,
    slot: 0,
    rate: RATE,
    shrink: 1,
    correct1: 1 - ADAMW.beta1,
    correct2: 1 - ADAMW.beta2,
  };
  const { launches } = bundle.programs['train']!;
  return {
    spec,
    launches,
    run: (only: number) => session.run('train', values, only),
    settled: () => session.settled(),
    dispose: () => session.dispose(),
  };
}

/** Kernels by their time, the longest first; the least of a few rounds each. */
export async function profile(machine: Machine, size: Size, plan: string): Promise<Share[]> {
  const { launches, run, settled, dispose } = await launchByLaunch(machine, size, plan);
  const least = launches.map(() => Infinity);
  for (let round = 0; round < ROUNDS; round++) {
    for (const i of launches.keys()) {
      const started = performance.now();
      run(i);
      await settled();
      least[i] = Math.min(least[i]!, performance.now() - started);
    }
  }
  dispose();
  const shares = new Map<string, Share>();
  launches.forEach(({ kernel: { name } }, i) => {
    const before = shares.get(name) ?? { kernel: name, launches: 0, ms: 0 };
    shares.set(name, {
      kernel: name,
      launches: before.launches + 1,
      ms: before.ms + least[i]!,
    });
  });
  return [...shares.values()].sort((a, b) => b.ms - a.ms);
}
