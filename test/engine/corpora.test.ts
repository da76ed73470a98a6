import { afterEach, expect, test, vi } from 'vitest';
import { decode } from '../../src/data/characters';
import { sources } from '../../src/data/registry';
import { corpusOf } from '../../src/engine/corpora';

afterEach(() => vi.unstubAllGlobals());

const TEXT = 'call me ishmael '.repeat(12); // two passages of 96 characters
const DESCRIPTION = {
  title: 'A book',
  licence: 'L',
  origin: 'O',
  documents: [
    { title: 'a', start: 0, end: 96, split: 'train' },
    { title: 'b', start: 96, end: 192, split: 'validation' },
  ],
};
const textOf = (id: string) => {
  const source = sources.get(id);
  if (source.kind !== 'corpus') throw new Error(`${id} is no text`);
  return corpusOf(source, undefined, 'https://example.org/');
};

test('texts made from the same file are different texts, and each is cached separately', async () => {
  const answer = (url: URL) =>
    Promise.resolve(
      new Response(url.pathname.endsWith('.json') ? JSON.stringify(DESCRIPTION) : TEXT),
    );
  vi.stubGlobal('fetch', vi.fn(answer));
  const once = TEXT.slice(0, 96);
  const expected = { 'moby-dick': TEXT, 'said-twice': once.repeat(4), 'said-once': TEXT };
  for (const asked of [0, 1]) {
    for (const [id, text] of Object.entries(expected)) {
      expect([asked, id, decode((await textOf(id)).ids)]).toEqual([asked, id, text]);
    }
  }
  expect((await textOf('said-twice')).title).toBe('Moby-Dick, said twice');
});
