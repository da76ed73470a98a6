/** @file The numbers several patterns share, described once. */
import type { ParamSpec } from '../core/params';

const tokens = (n: number) => `${n} ${n === 1 ? 'token' : 'tokens'}`;

export const WINDOW: ParamSpec = {
  label: 'Window',
  unit: 'tokens',
  min: 1,
  max: 512,
  initial: 16,
  explain: (w) => (w === 1 ? 'itself alone' : `itself + ${w - 1} before`),
};

export const CHUNK: ParamSpec = {
  label: 'Chunk',
  unit: 'tokens',
  min: 1,
  max: 128,
  initial: 8,
  explain: (c) => `one summary for every ${tokens(c)}`,
};
