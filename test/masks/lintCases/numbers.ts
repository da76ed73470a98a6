/** @file Cases of the lints on the numbers of a mask: which of them blocks, and by how much. */
import { fromRule } from '../../../src/attention/mask';
import { BLOCKING, by, CAUSAL, painted, type Cases } from './subject';

export const numbers: Cases = {
  L6: {
    found: [
      {
        name: 'the strict upper triangle',
        subject: by(CAUSAL, '!causal'),
        cell: { query: 0, key: 1 },
      },
      {
        name: 'a whole band turned round',
        subject: by({ ...CAUSAL, window: 4 }, '!(causal & window(4))'),
        cell: { query: 0, key: 1 },
      },
      {
        name: 'documents that read all others',
        subject: by({ documents: [8] }, '!documents(8)'),
        cell: { query: 0, key: 8 },
      },
      {
        name: 'padding read instead of text',
        subject: by({ ...CAUSAL, length: 12 }, 'causal & padding(0, 4)'),
        cell: { query: 12, key: 12 },
      },
      {
        name: 'a file that blocks with 1, for a library that reads it',
        subject: { ...by(CAUSAL, 'causal'), reading: { ...BLOCKING, meant: 'sdpa' } },
      },
      {
        name: 'a file that lets through with 1, for a library that blocks it',
        subject: {
          ...by(CAUSAL, 'causal'),
          reading: { ...BLOCKING, allowed: 'nonzero', meant: 'mha' },
        },
      },
      {
        name: 'booleans that will be added to scores',
        subject: { ...by(CAUSAL, 'causal'), reading: { ...BLOCKING, meant: 'added' } },
      },
    ],
    near: [
      { name: 'a transposed triangle', subject: painted(CAUSAL, (q, k) => k >= q) },
      {
        name: 'one so large that its diagonal is next to nothing',
        subject: { declared: CAUSAL, masks: [fromRule(64, 64, (q, k) => k >= q)] },
      },
      { name: 'a mask that blocks everything', subject: painted(CAUSAL, () => false) },
    ],
  },
  L8: {
    found: [
      {
        name: '-1e4, which scores can reach',
        subject: { ...by(CAUSAL, 'causal'), fill: { value: -1e4, dtype: 'float32' } },
      },
      {
        name: '-1e9 in half precision',
        subject: { ...by(CAUSAL, 'causal'), fill: { value: -1e9, dtype: 'float16' } },
      },
      {
        name: 'a finite fill over a dead row',
        subject: {
          ...painted(CAUSAL, (q, k) => k <= q && q !== 5),
          fill: { value: -1e9, dtype: 'float32' },
        },
        cell: { query: 5, key: 5 },
      },
      {
        name: 'a fill that is no number',
        subject: { ...by(CAUSAL, 'causal'), fill: { value: NaN, dtype: 'float32' } },
      },
    ],
    near: [
      {
        name: '-1e9 in single precision',
        subject: { ...by(CAUSAL, 'causal'), fill: { value: -1e9, dtype: 'float32' } },
      },
      {
        name: 'the least number of half precision',
        subject: { ...by(CAUSAL, 'causal'), fill: { value: -65_504, dtype: 'f16' } },
      },
      {
        name: '-inf',
        subject: { ...by(CAUSAL, 'causal'), fill: { value: -Infinity, dtype: 'f16' } },
      },
    ],
  },
  L18: {
    found: [
      {
        name: 'the least number of bfloat16, and twice that',
        subject: {
          ...by(CAUSAL, 'causal'),
          fill: {
            value: -3.3895313892515355e38,
            dtype: 'bfloat16',
            all: [
              { value: -3.3895313892515355e38, cells: 100 },
              { value: -Infinity, cells: 20 },
            ],
          },
        },
      },
      {
        name: 'one fill added to itself',
        subject: {
          ...by(CAUSAL, 'causal'),
          fill: {
            value: -1e9,
            dtype: 'float32',
            all: [
              { value: -1e9, cells: 100 },
              { value: -2e9, cells: 20 },
            ],
          },
        },
      },
    ],
    near: [
      {
        name: 'one fill',
        subject: { ...by(CAUSAL, 'causal'), fill: { value: -1e9, dtype: 'float32' } },
      },
    ],
  },
  L19: {
    found: [
      {
        name: 'documents, and is_causal beside them',
        subject: { ...by({ ...CAUSAL, documents: [8] }, 'causal & documents(8)'), isCausal: true },
        cell: { query: 8, key: 0 },
      },
    ],
    near: [
      {
        name: 'the triangle twice',
        subject: { ...by(CAUSAL, 'causal'), isCausal: true },
      },
    ],
  },
};
