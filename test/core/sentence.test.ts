import { expect, test } from 'vitest';
import { COUNTED, TRAINING } from '../../src/figures/growth';
import { AXES } from '../../src/compare/axes';
import { plans } from '../../src/attention/plans';
import { withinSentence } from '../../src/core/sentence';
import { slices } from '../../src/data/slices';
import { quantities } from '../../src/lessons/quantities';
import { CONTROLS } from '../../src/spec/controls';

test.each([
  ['Window', 'window'],
  ['Warm-up', 'warm-up'],
  ['Local, W 96', 'local, W 96'],
  ['Grouped S G S G', 'grouped S G S G'],
  ['A window of its own', 'a window of its own'],
  ['G S G S', 'G S G S'],
  ['A S G S', 'A S G S'],
  ['W 96', 'W 96'],
  ['RoPE base', 'RoPE base'],
  ['FLOPs needed', 'FLOPs needed'],
  ['KV cache', 'KV cache'],
  ['Moby-Dick, said twice', 'Moby-Dick, said twice'],
  ['TensorFlow.js (reference)', 'TensorFlow.js (reference)'],
  ['', ''],
])('within a sentence, "%s" is "%s"', (label, within) => {
  expect(withinSentence(label)).toBe(within);
});

test('every label of the program keeps its abbreviations and letters', () => {
  const registered = [CONTROLS, AXES, COUNTED, [TRAINING], plans.all, slices.all, quantities.all];
  for (const { label } of registered.flat()) {
    const within = withinSentence(label);
    expect(within.slice(1)).toBe(label.slice(1));
    const [first] = label.split(' ');
    expect(within[0] === label[0], label).toBe(/^[A-Z].*[A-Z]/.test(first!));
  }
});
