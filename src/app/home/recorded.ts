/** @file The animation's data, out of the recording of a comparison. */
import { readFile } from '../../compare/file';
import { specsOf, type Comparison } from '../../compare/comparison';
import { subsetOf } from '../../compare/subset';
import { check } from '../../core/check';
import { readMoments, unpack } from '../../session/moments';
import type { Alive } from './alive';

/** The recording's data for each of these runs, in their order. Throws InputError if any is missing. */
export function aliveOf(text: string, runs: Comparison): readonly Alive[] {
  const saved = subsetOf(readFile(text), runs);
  check(saved?.pictures, 'the recording has no pictures of this run');
  const moments = readMoments(saved.pictures, specsOf(runs));
  return saved.histories.map(({ validations, steps }, run) => {
    const frames = moments.flatMap(({ step, value }) => {
      const packed = value[run];
      return packed ? [{ step, frame: unpack(packed) }] : [];
    });
    check(frames[0], 'the recording has no pictures of this run');
    return {
      tokens: frames[0].frame.tokens,
      moments: frames.map(({ step, frame: { T, heads, layers } }) => ({
        step,
        layers: layers.map(({ weights }) =>
          Float32Array.from({ length: T }, (_, key) =>
            Math.max(
              ...Array.from({ length: heads }, (_, h) => weights[(h * T + T - 1) * T + key]!),
            ),
          ),
        ),
      })),
      validations,
      steps: steps.length,
      made: saved.made,
    };
  });
}
