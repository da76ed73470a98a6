/**
 * @file Masks as code for others: each format is one file in ./code. What is written comes from the terms, never from
 * cells, says its convention in words and carries assertions that run where it is pasted.
 */
import { registryOf } from '../core/registry';
import type { CodeFormat } from './format';

export type { CodeFormat, CodeLayer } from './format';

export const formats = registryOf<CodeFormat>(
  'code format',
  import.meta.glob<{ default: CodeFormat }>('./code/*.ts', { eager: true }),
);
