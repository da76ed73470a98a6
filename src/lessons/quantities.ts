/** @file Numbers a lesson may ask for, one file each in ./quantities. */
import { registryOf } from '../core/registry';
import type { Quantity } from './quantity';

export const quantities = registryOf<Quantity>(
  /* a message */ 'quantity',
  import.meta.glob<{ default: Quantity }>('./quantities/*.ts', { eager: true }),
);
