/** @file The one description of a count or position of tokens in a mask. */
import type { ParamSpec } from '../core/params';
import { MAX_TOKENS } from './mask';

export const TOKENS: Omit<ParamSpec, 'label' | 'initial'> = {
  unit: 'tokens',
  min: 1,
  max: MAX_TOKENS,
};
