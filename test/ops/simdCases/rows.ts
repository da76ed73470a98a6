/** @file The cases of norms, embeddings, the loss and AdamW. */
import { random, type Random } from '../../../src/core/random';
import { adamw, settle, squares } from '../../../src/ops/adamw/kernel';
import { crossEntropy } from '../../../src/ops/crossEntropy/kernel';
import { embed, embedGrad } from '../../../src/ops/embed/kernel';
import { rmsNorm, rmsNormGradGain, rmsNormGradX, sumBlocks } from '../../../src/ops/rmsNorm/kernel';
import { empty, integers, normals, type Case, type Numbers, type Values } from '../../support/simd';
import { PLAIN, subject, type Subject } from './subject';

/** [rows, width] of norms and embeddings. */
const ROWS = [
  [1, 4],
  [3, 64],
  [127, 12],
  [128, 20],
  [129, 100],
  [300, 352],
] as const;

const rowCases = (
  buffersOf: (rows: number, width: number, from: Random) => Record<string, Values>,
  uniforms: Numbers = {},
): Case[] =>
  ROWS.map(([rows, width]) => {
    const label = `${rows} × ${width} ${JSON.stringify(uniforms)}`;
    return {
      label,
      buffers: buffersOf(rows, width, random(label)),
      uniforms: { rows, width, ...uniforms },
    };
  });

const keepCases = (cases: (keep: 0 | 1) => Case[]): Case[] => [...cases(0), ...cases(1)];

export function crossEntropyCases(): Case[] {
  const shapes = [
    [1, 1, 4, 1],
    [5, 7, 8, 1],
    [33, 64, 64, 1],
    [17, 97, 100, 20], // logits far apart
    [9, 30, 64, 1],
  ] as const;
  return shapes.map(([rows, V, stride, size]) => {
    const from = random('crossEntropy', rows, V);
    const logits = normals(rows * stride, from, size);
    logits[0] = logits[V - 1] = 9; // two equal maxima: the first is the choice
    const targets = integers(rows, from, V);
    targets[0] = rows % 2 ? V - 1 : 0;
    const weights = Float32Array.from({ length: rows }, () => from.below(3) / 2);
    weights[0] = 1;
    return {
      label: `${rows} rows, V ${V} of ${stride}`,
      buffers: { logits, targets, weights, report: empty(2 * rows) },
      uniforms: { rows, V, stride, share: 1 / (rows + 1) },
    };
  });
}

const COUNTS = [64, 256, 320, 1024, 4096 + 64];
const blocksOf = (rows: number) => Math.ceil(rows / 128);

export const rows: readonly Subject[] = [
  subject(
    rmsNorm,
    PLAIN,
    rowCases(
      (rows, width, from) => ({
        x: normals(rows * width, from),
        gain: normals(width, from),
        y: empty(rows * width),
        scale: empty(rows),
      }),
      { eps: 1e-5 },
    ),
  ),
  subject(
    rmsNormGradX,
    PLAIN,
    keepCases((keep) =>
      rowCases(
        (rows, width, from) => ({
          x: normals(rows * width, from),
          gain: normals(width, from),
          scale: normals(rows, from),
          dy: normals(rows * width, from),
          dx: keep ? normals(rows * width, from) : empty(rows * width),
        }),
        { keep },
      ),
    ),
  ),
  subject(
    rmsNormGradGain,
    PLAIN,
    rowCases((rows, width, from) => ({
      x: normals(rows * width, from),
      scale: normals(rows, from),
      dy: normals(rows * width, from),
      partial: empty(blocksOf(rows) * width),
    })),
  ),
  subject(
    sumBlocks,
    PLAIN,
    (
      [
        [1, 1, 4, 4],
        [5, 9, 64, 4672],
        [3, 2, 100, 104],
      ] as const
    ).map(([norms, blocks, width, stride]) => ({
      label: `${norms} × ${blocks} × ${width}, stride ${stride}`,
      buffers: {
        partial: normals(norms * blocks * width, random('sumBlocks', width)),
        sums: normals((norms - 1) * stride + width, random('sums', width)),
      },
      uniforms: { norms, blocks, width, stride },
    })),
  ),
  subject(
    embed,
    PLAIN,
    rowCases((rows, width, from) => ({
      ids: integers(rows, from, 11),
      table: normals(11 * width, from),
      x: empty(rows * width),
    })),
  ),
  subject(
    embedGrad,
    PLAIN,
    keepCases((keep) =>
      rowCases(
        (rows, width, from) => ({
          ids: integers(rows, from, 11),
          dx: normals(rows * width, from),
          dtable: keep ? normals(11 * width, from) : empty(11 * width),
        }),
        { V: 11, keep },
      ),
    ),
  ),
  subject(crossEntropy, PLAIN, crossEntropyCases()),
  subject(
    squares,
    PLAIN,
    COUNTS.map((count) => ({
      label: `${count}`,
      buffers: {
        gradient: normals(count, random('squares', count)),
        partial: empty(Math.ceil(count / 256)),
      },
      uniforms: { count },
    })),
  ),
  subject(
    settle,
    PLAIN,
    [1, 6, 701].map((count) => {
      const from = random('settle', count);
      return {
        label: `${count}`,
        buffers: {
          partial: normals(count, from).map(Math.abs),
          report: normals(2 * (count + 2), from).map(Math.abs),
          ring: normals(4 * 8, from, 1e-3),
        },
        uniforms: { count, rows: count + 2, slot: count % 8, share: 1 / count },
      };
    }),
  ),
  subject(
    adamw,
    PLAIN,
    COUNTS.flatMap((count) =>
      [0.5, 1e6].map((clip) => {
        const from = random('adamw', count);
        return {
          label: `${count}, clip ${clip}`,
          buffers: {
            gradient: normals(count, from),
            ring: Float32Array.from({ length: 16 }, () => 1 + from.next()),
            w: normals(count, from),
            m: normals(count, from, 0.1),
            v: normals(count, from, 0.1).map(Math.abs),
          },
          uniforms: {
            ...{ count, slot: 3, rate: 1e-2, beta1: 0.9, beta2: 0.95, eps: 1e-8, shrink: 0.999 },
            ...{ correct1: 0.19, correct2: 0.0975, clip },
          },
        };
      }),
    ),
  ),
];
