import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashOf, PAGES, parseHash } from '../../src/app/route';

test('any page, path and query come back from the hash in the URL', () => {
  const slug = fc.stringMatching(/^[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}$/);
  const route = fc.record({
    page: fc.constantFrom(...PAGES.map(({ id }) => id)),
    path: fc.array(slug, { maxLength: 2 }),
    query: fc
      .string({ unit: 'grapheme' })
      .map((text) => `v=1&name=${encodeURIComponent(text)}&x=a?b/c`),
  });
  fc.assert(
    fc.property(route, (one) => {
      const { hash } = new URL(hashOf(one), 'https://a.example/app/');
      expect(parseHash(hash)).toEqual(one);
    }),
  );
});
