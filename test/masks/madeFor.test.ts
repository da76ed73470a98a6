/**
 * @file The length a model was made for: read for each part, used as the initial length, and mentioned if more is
 * requested.
 */
import { describe, expect, test } from 'vitest';
import { flopsPerTokenAt, nextFlops } from '../../src/masks/configCosts';
import { readConfig } from '../../src/masks/configs';
import type { Part } from '../../src/masks/part';
import { FIRST, firstLength, fromAddress, toAddress } from '../../src/masks/planner/asked';
import { priced } from '../../src/masks/planner/cache';
import { modelOf, slim } from '../../src/masks/planner/model';
import { CACHE_PRECISIONS, STATE_PRECISIONS } from '../../src/masks/planner/precision';
import { released } from '../../src/masks/planner/released';
import { finding } from '../../src/masks/planner/say';
import { Planner } from '../../src/state/planner.svelte';
import { Workbench } from '../../src/state/workbench.svelte';

const WHISPER = JSON.stringify({
  model_type: 'whisper',
  max_source_positions: 1500,
  max_target_positions: 448,
});
const BART = JSON.stringify({ model_type: 'bart', max_position_embeddings: 1024 });
const LLAVA = JSON.stringify({
  model_type: 'llava',
  vision_config: { max_position_embeddings: 77 },
  text_config: { model_type: 'llama', max_position_embeddings: 4096 },
});
const GPT2 = JSON.stringify({ model_type: 'gpt2', n_positions: 1024 });

describe('the length a model was made for is read from its own part of the file', () => {
  test.each<[string, string, Part, number]>([
    ['the decoder of Whisper', WHISPER, 'decoder', 448],
    ['the encoder of Whisper', WHISPER, 'encoder', 1500],
    ['BART', BART, 'decoder', 1024],
    ['the text model of LLaVA', LLAVA, 'decoder', 4096],
    ['GPT-2', GPT2, 'decoder', 1024],
  ])('%s', (_, text, part, made) => {
    expect(readConfig(text, part).made).toBe(made);
  });
  test('a model without one, or with a nonsensical one, has none', () => {
    for (const wrong of [null, 0, -1, 1.5, '448', 1e30])
      expect(
        readConfig(JSON.stringify({ model_type: 'llama', max_position_embeddings: wrong })).made,
        String(wrong),
      ).toBeUndefined();
  });
  test('a shortened config keeps it', () => {
    for (const text of [WHISPER, BART, LLAVA, GPT2])
      expect(readConfig(slim(text)).made).toBe(readConfig(text).made);
  });
});

describe('the initial length', () => {
  test('is no longer than what any of the models was made for', () => {
    expect(firstLength([WHISPER])).toBe(448);
    expect(firstLength([WHISPER], ['encoder'])).toBe(1500);
    expect(firstLength(['gemma-3-27b', BART])).toBe(1024);
    for (const { id } of released.all)
      expect(firstLength([id])).toBe(Math.min(FIRST.T, modelOf(id).made!));
  });
  test('in the planner follows the model until the user sets a length, which then stays', () => {
    const planner = new Planner('');
    planner.open(0, WHISPER);
    expect(planner.T).toBe(448);
    planner.setPart(0, 'encoder');
    expect(planner.T).toBe(1500);
    planner.choose(0, 'gemma-3-27b');
    expect(planner.T).toBe(FIRST.T);
    planner.setLength(5000);
    planner.open(0, WHISPER);
    expect(planner.T).toBe(5000);
  });
  test('is the one in the URL, also if that is longer', () => {
    const { asked } = fromAddress(`model=${encodeURIComponent(WHISPER)}&T=32768`);
    expect(asked.T).toBe(32_768);
    expect(fromAddress(toAddress(asked)).asked).toEqual(asked);
  });
  test('has the same limit on the workbench', () => {
    const workbench = new Workbench();
    workbench.showConfig(readConfig(WHISPER));
    expect(workbench.length).toBe(448);
    workbench.showConfig(readConfig(LLAVA));
    expect(workbench.length).toBe(4096);
    workbench.setLength(100_000);
    workbench.showConfig(readConfig(WHISPER));
    expect(workbench.length).toBe(100_000);
  });
});

test.each<Part>(['decoder', 'encoder'])(
  'a length one token beyond is called longer: the %s of Whisper',
  (part) => {
    const { config } = modelOf(WHISPER, undefined, part);
    const at = priced(config, {
      keeping: FIRST.keeping,
      cache: CACHE_PRECISIONS[0]!,
      states: STATE_PRECISIONS[0]!,
      batch: 1,
      machines: 1,
      source: undefined,
    });
    const said = (T: number) => finding({ name: 'Whisper', at }, T).join(' ');
    expect(said(config.made!)).not.toMatch(/made for/);
    expect(said(config.made! + 1)).toMatch(part === 'decoder' ? /made for 448 tokens/ : /1,500/);
  },
);

test('attention per token on both pages is the mean over the first T tokens, one by one', () => {
  for (const id of ['gpt-oss-20b', 'gemma-3-27b', 'llama-4-scout']) {
    const { config } = modelOf(id);
    const [T, each] = [3000, (_: unknown, i: number) => nextFlops(config, i + 1)];
    const sum = Array.from({ length: T }, each).reduce((a, b) => a + b, 0);
    expect(flopsPerTokenAt(config, T) / (sum / T), id).toBeCloseTo(1, 9);
    expect(flopsPerTokenAt(config, T)).toBeLessThan(nextFlops(config, T));
  }
});
