import { expect, test } from 'vitest';
import { unbroken } from '../../src/core/unbroken';

test('a number keeps its percent sign on its line, and other spaces stay', () => {
  expect(unbroken('about 23 %, not 12.5 % of 8 texts')).toBe(
    'about 23\u00A0%, not 12.5\u00A0% of 8 texts',
  );
});
