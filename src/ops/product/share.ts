/** @file How many threads a product takes, and how much each of them computes. */
import type { Constants } from '../../program/kernel';
import { vectorsAlong, type Tiles } from '../../program/tiles';
import { sharedThreads } from './shared';

export interface Share {
  readonly threads: number;
  readonly constants: Constants;
}

/** For results [rows, columns]; 'swiglu': columns are gates, then ups; 'TN': over transposed rows, a multiple of 4. */
export function shareOfProduct(
  kind: 'plain' | 'swiglu' | 'swigluGrad' | 'TN',
  rows: number,
  columns: number,
  tiles: Tiles,
): Share {
  const across = columns / (kind === 'swiglu' ? 8 : 4); // vec4s, or pairs of them
  if (tiles.shared) {
    const own = kind === 'TN' ? { high: 1, wide: 1 } : { tall: 4, wide: 1 };
    return { threads: sharedThreads(rows, across), constants: { ...own, shared: 1 } };
  }
  // The steps after the sums make long shaders, which would take a second to compile.
  const half = tiles.wide > 2 ? 2 : 1;
  const most =
    kind === 'swiglu' ? half : kind === 'swigluGrad' ? Math.min(2, tiles.wide) : tiles.wide;
  const wide = vectorsAlong(4 * across, most as Tiles['wide']);
  if (kind === 'TN') {
    const high = vectorsAlong(rows, (tiles.tall / 4) as Tiles['wide']);
    return { threads: ((rows / 4 / high) * across) / wide, constants: { high, wide } };
  }
  const { tall } = tiles;
  return { threads: (Math.ceil(rows / tall) * across) / wide, constants: { tall, wide } };
}
