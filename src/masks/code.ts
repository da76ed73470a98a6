/**
 * @file Masks as code for other tools: each format is one file in ./code. The code is generated from the terms, never
 * from cells; it states its convention in words and carries assertions that run where it is pasted.
 */
import { registryOf } from '../core/registry';
import type { CodeFormat } from './format';

export const formats = registryOf<CodeFormat>(
  'code format',
  import.meta.glob<{ default: CodeFormat }>('./code/*.ts', { eager: true }),
);
