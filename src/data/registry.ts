/** @file Everything in ./corpora and ./tasks, found automatically. */
import { registryOf } from '../core/registry';
import type { Source } from './source';

export const sources = registryOf<Source>('text or task', {
  ...import.meta.glob<{ default: Source }>('./corpora/*.ts', { eager: true }),
  ...import.meta.glob<{ default: Source }>('./tasks/*.ts', { eager: true }),
});
