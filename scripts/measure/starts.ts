/** @file Short runs that differ in one setting, on the engine of the page's WebAssembly: what start values, rates and places are worth. */
import { DEFAULTS, type RunSpec } from '../../src/spec/run';
import { open, type Surroundings } from '../record/surroundings';

export interface Tried {
  readonly spec: RunSpec;
  /** Held-out loss of all characters after some steps, nats per character. */
  readonly losses: Readonly<Record<number, number>>;
  readonly slices: Readonly<Record<string, number>>; // loss of each slice at the end
  readonly seconds: number;
}

/** Held-out tokens behind a look on the way, and behind the last one. */
const TOKENS = { look: 8192, end: 32_768 };
const LOOKS = [100, 150, 200, 250];

export const BASE: RunSpec = {
  ...DEFAULTS,
  task: 'postal-codes',
  plan: 'grouped',
  groupSize: 2,
  window: 16,
  chunk: 16,
  context: 512,
  batch: 4,
  rate: 0.004,
  warmup: 50,
  steps: 300,
  spread: 0.5,
  backend: 'wasm',
};

export async function tried(change: Partial<RunSpec>, around: Surroundings): Promise<Tried> {
  const started = performance.now();
  const spec: RunSpec = { ...BASE, ...change };
  const trainer = await open(spec, around);
  const losses: Record<number, number> = {};
  const look = async (tokens: number) => {
    const { positions, slices } = await trainer.evaluateHeldOut(tokens);
    const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
    losses[trainer.step] = sum(positions.losses) / sum(positions.counts);
    return Object.fromEntries(slices.map(({ id, loss }) => [id, loss]));
  };
  while (trainer.step < spec.steps) {
    await trainer.next();
    if (LOOKS.includes(trainer.step) && trainer.step < spec.steps) await look(TOKENS.look);
  }
  const slices = await look(TOKENS.end);
  trainer.dispose();
  const seconds = Math.round((performance.now() - started) / 1000);
  return { spec, losses, slices, seconds };
}
