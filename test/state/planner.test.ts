import { describe, expect, test } from 'vitest';
import { toAddress, FIRST } from '../../src/masks/planner/asked';
import { Planner } from '../../src/state/planner.svelte';

const GIB = 2 ** 30;

describe('the planner', () => {
  test('answers an engineer’s question: 128k tokens, batch 8, in fp8', () => {
    const planner = new Planner('model=gemma-3-27b&T=131072&batch=8&cache=fp8');
    // 10 layers of 131,072 tokens and 52 of 1,024, 16 heads of 2 × 128 numbers of a byte, eight times
    const bytes = 8 * (10 * 131_072 + 52 * 1024) * 16 * 256;
    expect(planner.entries[0]!.cost.total).toBe(bytes);
    expect(planner.finding[0]).toBe('Gemma 3 27B keeps 41.6 GiB for 8 × 131,072 tokens in fp8.');
    expect(planner.entries[0]!.knees).toEqual([1024]);
  });

  test('works out the room, the longest context and the largest batch from memory and weights', () => {
    const planner = new Planner('model=llama-3.1-8b&T=8192&memory=24&weights=bf16');
    const [entry] = planner.entries;
    expect(entry!.weights).toBe(2 * 8_030_261_248);
    expect(entry!.room).toBe(24 * GIB - entry!.weights! - entry!.activations!);
    expect(entry!.longest).toBe(Math.floor(entry!.room / (128 * 1024)));
    expect(entry!.batch).toBe(Math.floor(entry!.room / (8192 * 128 * 1024)));
  });

  test('has its question in the URL, and the URL brings it back', () => {
    const planner = new Planner('model=gpt-oss-20b&with=qwen3-8b&T=4096&engine=vllm&memory=48');
    const again = new Planner(planner.query);
    expect(again.query).toBe(planner.query);
    expect(again.entries.map(({ model }) => model.name)).toEqual(['gpt-oss 20B', 'Qwen3 8B']);
    expect(planner.notes).toEqual([]);
  });

  test('opens a user’s config in short form, and a model type by its name', () => {
    const planner = new Planner();
    planner.open(0, '  mistral ');
    expect(planner.refused).toBe('');
    expect(planner.entries[0]!.model.config.family).toBe('mistral');
    // With its class's defaults of today, so that the link says the same when they have changed.
    expect(JSON.parse(planner.asked.models[0]!)).toMatchObject({
      model_type: 'mistral',
      num_hidden_layers: 32,
      sliding_window: 4096,
    });
    planner.open(
      1,
      '{"model_type": "gpt_oss", "num_hidden_layers": 24, "torch_dtype": "bfloat16"}',
    );
    expect(planner.asked.models[1]).toBe('{"model_type":"gpt_oss","num_hidden_layers":24}');
    expect(planner.difference.length).toBeGreaterThan(1);
  });

  test('refuses an unreadable config in a sentence, and the model stays', () => {
    const planner = new Planner('model=qwen3-8b');
    for (const [text, reason] of [
      ['mamba', /it has no attention/],
      ['no such type', /does not know/],
      ['{"model_type":', /not complete JSON/],
      ['{"model_type":"llama","num_hidden_layers":100000}', /num_hidden_layers is 100000/],
    ] as const) {
      planner.open(0, text);
      expect(planner.refused).toMatch(reason);
      expect(planner.asked.models).toEqual(['qwen3-8b']);
    }
    planner.choose(0, 'gemma-3-1b');
    expect(planner.refused).toBe('');
  });

  test("opens another model if the URL's config cannot be read, and says why", () => {
    const planner = new Planner(`model=${encodeURIComponent('{"model_type":"mamba"}')}&T=5`);
    expect(planner.asked.models).toEqual(FIRST.models);
    expect(planner.notes.join()).toMatch(/it has no attention/);
    expect(planner.T).toBe(5);
  });

  test('removes a second model, and the first one stays', () => {
    const planner = new Planner('model=qwen3-8b&with=gemma-3-1b');
    planner.choose(1, undefined);
    expect(planner.entries).toHaveLength(1);
    expect(planner.query).not.toMatch(/with=/);
    expect(planner.difference).toEqual([]);
  });

  test('uses weights that the user types, until another model is chosen', () => {
    const planner = new Planner('model=qwen3-8b');
    planner.setBillions(0, 4);
    expect(planner.entries[0]!.weights).toBe(8e9);
    planner.choose(0, 'llama-3.1-8b');
    expect(planner.entries[0]!.model.known).toBe('exact');
  });

  test('draws a curve through the selected length and through each knee', () => {
    const planner = new Planner('model=gemma-3-1b&T=3000');
    const line = planner.bytes.find(({ look }) => look === 'first')!;
    const at = (T: number) => line.points.find(({ x }) => x === T)?.y;
    expect(at(3000)).toBe(planner.entries[0]!.cost.total);
    expect(at(512)).toBe(26 * 512 * 1024);
    expect(planner.bytes.some(({ look }) => look === 'reference')).toBe(true);
    expect(planner.rows.map(({ T }) => T)).toContain(512);
  });

  test('shows what every engine would reserve, the chosen one the same as the sum', () => {
    const planner = new Planner('model=gemma-4-31b&engine=vllm&T=20000');
    const { each } = planner.engines.find(({ engine }) => engine.id === 'vllm')!;
    expect(each[0]!.bytes).toBe(planner.entries[0]!.cost.total);
    const sizes = planner.engines.map((one) => one.each[0]!.bytes);
    expect(Math.min(...sizes)).toBe(sizes[1]); // between steps
    expect(planner.entries[0]!.prefix).toBe(planner.engines[1]!.each[0]!.bytes);
  });

  test('shows its first question for an empty URL', () => {
    expect(new Planner('').query).toBe(toAddress({ ...FIRST, billions: [undefined, undefined] }));
  });
});
