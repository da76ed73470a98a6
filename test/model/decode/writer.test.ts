import { describe, expect, test } from 'vitest';
import { plans } from '../../../src/attention/plans';
import { initialWeights } from '../../../src/model/weights';
import { losses, Writer } from '../../../src/model/decode/writer';
import { small } from '../small';

const PLAN = {
  layers: 4,
  groupSize: 2,
  stripes: 'GAK1',
  masks: 'causal & chunk(6)',
  window: 5,
  chunk: 3,
};
const plan = (id: string) => plans.get(id).expand({ ...PLAN, place: 'first' });
const prompt = Int32Array.from({ length: 150 }, (_, i) => (i * 7) % 11);
const sampling = { temperature: 1, topK: 0, topP: 1 };
const open = (id: string) => {
  const m = small.modelOf(plan(id));
  let time = 0;
  return new Writer(m, small.far(initialWeights(m, 3)), () => time++);
};
const all = (steps: Iterable<number>) => [...steps];

describe('a model that generates', () => {
  test('reads a prompt in chunks and reports its progress', () => {
    expect(all(open('grouped').read(prompt))).toEqual([64, 128, 149, 150]);
  });

  test.each(plans.all.map(({ id }) => id))('%s: without a cache the logits are the same', (id) => {
    const writer = open(id);
    all(writer.read(prompt.subarray(0, 20)));
    for (let i = 0; i < 30; i++) writer.next(sampling, 1);
    const { largest, positions } = writer.replay();
    expect(positions).toBe(31);
    expect(largest).toBeLessThan(1e-4);
    expect(largest).toBeGreaterThan(0); // different summation orders, which shows that two computations are compared
  });

  test('generates the same again after going back, also to the end of the prompt', () => {
    const writer = open('approximate');
    all(writer.read(prompt));
    const first = Array.from({ length: 20 }, () => writer.next(sampling, 5).token);
    all(writer.rewind(160));
    expect(writer.length).toBe(160);
    expect(Array.from({ length: 10 }, () => writer.next(sampling, 5).token)).toEqual(
      first.slice(10),
    );
    all(writer.rewind(0));
    expect(writer.length).toBe(150);
    expect(Array.from({ length: 20 }, () => writer.next(sampling, 5).token)).toEqual(first);
    expect(writer.replay()).toMatchObject({ positions: 21 });
    expect(writer.replay().largest).toBeLessThan(1e-4);
  });

  test('generates another text with another seed', () => {
    const text = (seed: number) => {
      const writer = open('grouped');
      all(writer.read(prompt));
      return Array.from({ length: 20 }, () => writer.next(sampling, seed).token);
    };
    expect(text(1)).toEqual(text(1));
    expect(text(1)).not.toEqual(text(2));
  });

  test('shows the weights, the sampled token and the cache size for each token', () => {
    const writer = open('grouped');
    all(writer.read(prompt));
    const { looks, choices, keys, bytes, position, token } = writer.next(sampling, 1);
    expect(position).toBe(150);
    expect(looks.map(({ to }) => to.at(-1))).toEqual([149, 149, 149, 149]); // the query before it
    expect(choices.some((choice) => choice.token === token)).toBe(true);
    expect(keys).toEqual([151, 5, 151, 5]);
    expect(bytes).toEqual(keys.map((n) => n * 2 * 8 * 4)); // key and value, one head of 8, float32
  });

  test('with a large vocabulary keeps and compares only the last logits', () => {
    const m = { ...small.modelOf(plan('grouped')), vocabulary: 400_000 };
    const writer = new Writer(m, initialWeights(m, 3), () => 0);
    all(writer.read(prompt.subarray(0, 4)));
    for (let i = 0; i < 14; i++) writer.next({ ...sampling, temperature: 0 }, 1);
    const { positions, largest } = writer.replay();
    expect(positions).toBe(10); // 4 million numbers
    expect(largest).toBeLessThan(1e-4);
  });

  test('an empty prompt is refused', () => {
    expect(() => all(open('local').read(new Int32Array(0)))).toThrow(/prompt is empty/);
  });
});

describe('the loss of each token', () => {
  const m = small.modelOf(plan('grouped'));
  const weights = small.far(initialWeights(m, 3));

  test('is unchanged by blocking a key that no query reads, and changes only after a blocked key', () => {
    const before = losses(m, weights, prompt);
    const after = losses(m, weights, prompt, { cut: [{ token: 100 }] });
    expect(after.slice(0, 100)).toEqual(before.slice(0, 100));
    expect(after.slice(100)).not.toEqual(before.slice(100));
    const local = small.modelOf(plan('local'));
    const far = (cut: number) =>
      losses(local, weights, prompt, { cut: [{ token: cut, layer: 3 }] });
    // In the last layer a window of 5 lets queries 100 to 104 read token 100.
    const plain = losses(local, weights, prompt);
    expect(far(100).slice(105)).toEqual(plain.slice(105));
  });
});
