/** @file Everything in ./slices, found by itself. */
import { registryOf } from '../core/registry';
import type { Slice } from './slice';

export const slices = registryOf<Slice>(
  'slice',
  import.meta.glob<{ default: Slice }>('./slices/*.ts', { eager: true }),
);
