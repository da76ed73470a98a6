import { expect, test } from 'vitest';
import { directionOf } from '../../src/core/direction';

test.each([
  ['', 'ltr'],
  ['123 …', 'ltr'],
  ['Call me Ishmael', 'ltr'],
  ['你好，世界', 'ltr'],
  ['«שלום» in Hebrew', 'rtl'],
  ['2026: مرحبا', 'rtl'],
  ['The word مرحبا', 'ltr'],
  ['\n\n  עולם', 'rtl'],
  ['𞤀𞤣𞤤𞤢𞤥', 'rtl'], // Adlam, beyond the first plane
])('%j runs %s', (text, direction) => expect(directionOf(text)).toBe(direction));
