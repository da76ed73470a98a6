import { expect, test } from 'vitest';
import { BLOCKED, EXACT, SUMMARY } from '../../src/attention/cells';
import { BLOCKED_CELL, SUMMARY_OFFSET } from '../../src/ops/attention/probe';
import { layerCells } from '../../src/train/frame';

const B = BLOCKED_CELL;
const s = (weight: number) => SUMMARY_OFFSET + weight;
const ONE_HEAD = Float32Array.from(
  [
    [1, B, B, B],
    [0.25, 0.75, B, B],
    [s(0.125), s(0.125), 0.75, B],
    [s(0.25), s(0.25), 0, 0.5],
  ].flat(),
);

test('weights and mask are separate: a summary’s cell or a weight of 0 is not a blocked cell', () => {
  const { weights, mask } = layerCells(ONE_HEAD, 4);
  expect([...weights]).toEqual([
    1, 0, 0, 0, 0.25, 0.75, 0, 0, 0.125, 0.125, 0.75, 0, 0.25, 0.25, 0, 0.5,
  ]);
  expect([...mask]).toEqual([
    EXACT,
    BLOCKED,
    BLOCKED,
    BLOCKED,
    EXACT,
    EXACT,
    BLOCKED,
    BLOCKED,
    SUMMARY,
    SUMMARY,
    EXACT,
    BLOCKED,
    SUMMARY,
    SUMMARY,
    EXACT,
    EXACT,
  ]);
});

test('every head has its own weights', () => {
  const { weights } = layerCells(Float32Array.from([1, B, 0.5, 0.5, 1, B, 0, 1]), 2);
  expect([...weights]).toEqual([1, 0, 0.5, 0.5, 1, 0, 0, 1]);
});
