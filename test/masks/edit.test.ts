import { expect, test } from 'vitest';
import { changedAt, freshTerm, joinedAt, switched } from '../../src/masks/edit';
import { terms, write } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';

const start = read('causal & (window(4) | sink(2)) & !padding(2, 0)');
const after = (path: number[], change: Parameters<typeof changedAt>[2]) => {
  const changed = changedAt(start, path, change);
  return changed && write(changed);
};

test('a part is changed, switched or removed in place', () => {
  expect(after([1, 0], () => read('window(8)'))).toBe(
    'causal & (window(8) | sink(2)) & !padding(2, 0)',
  );
  expect(after([1], switched)).toBe('causal & ~(window(4) | sink(2)) & !padding(2, 0)');
  expect(after([2, 0], switched)).toBe('causal & (window(4) | sink(2)) & !~padding(2, 0)');
  expect(after([1, 1], () => undefined)).toBe('causal & window(4) & !padding(2, 0)');
  expect(after([2, 0], () => undefined)).toBe('causal & (window(4) | sink(2))');
  expect(changedAt(read('causal'), [], () => undefined)).toBeUndefined();
  expect(write(switched(switched(start)))).toBe(write(start));
});

test('a term joins a group of its kind, or makes one', () => {
  expect(write(joinedAt(start, [], 'and', read('chunk(4)')))).toBe(
    'causal & (window(4) | sink(2)) & !padding(2, 0) & chunk(4)',
  );
  expect(write(joinedAt(start, [0], 'or', read('global(0)')))).toBe(
    '(causal | global(0)) & (window(4) | sink(2)) & !padding(2, 0)',
  );
});

test('a term that names blocked tokens is added with not if it narrows, and as it is if it widens', () => {
  expect(write(freshTerm('padding', 'and'))).toBe('!padding(2, 0)');
  expect(write(freshTerm('ahead', 'and'))).toBe('!ahead(4)');
  expect(write(freshTerm('padding', 'or'))).toBe('padding(2, 0)');
  expect(write(freshTerm('window', 'and'))).toBe('window(4)');
});

test.each(terms.all.map(({ id }) => id))('%s begins with numbers it allows', (id) => {
  for (const kind of ['and', 'or'] as const)
    expect(read(write(freshTerm(id, kind)))).toEqual(freshTerm(id, kind));
});
