import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { random } from '../../src/core/random';
import { makeFeed, type FeedOptions } from '../../src/data/batches';
import { decode, encode } from '../../src/data/characters';
import type { Corpus, Split } from '../../src/data/corpus';
import { sources } from '../../src/data/registry';
import type { Batch, Source } from '../../src/data/source';

/** A corpus whose characters show their document: document k repeats the k-th letter. */
function corpusOf(lengths: readonly (readonly [length: number, split: Split])[]): Corpus {
  let text = '';
  const documents = lengths.map(([length, split], k) => {
    const start = text.length;
    text += String.fromCharCode(97 + k).repeat(length);
    return { title: `${k}`, start, end: text.length, split };
  });
  return { title: 'letters', licence: '', origin: '', documents, ids: encode(text) };
}

/** One document per split, of random characters: a window is found again by its text. */
function randomCorpus(train: number, validation: number): Corpus {
  const stream = random('characters');
  const ids = Uint8Array.from({ length: train + validation }, () => 2 + stream.below(94));
  const documents = [
    { title: 'train', start: 0, end: train, split: 'train' as const },
    { title: 'validation', start: train, end: train + validation, split: 'validation' as const },
  ];
  return { title: 'random', licence: '', origin: '', documents, ids };
}

const rows = ({ tokens, targets }: Batch, T: number) =>
  Array.from({ length: tokens.length / T }, (_, b) => ({
    tokens: decode(tokens.subarray(b * T, (b + 1) * T)),
    targets: decode(targets.subarray(b * T, (b + 1) * T)),
  }));

const options = (more: Partial<FeedOptions> = {}): FeedOptions => ({
  T: 16,
  batch: 4,
  distance: 8,
  seed: 1,
  ...more,
});
const book = sources.get('moby-dick');
const letters = corpusOf([
  [40, 'train'],
  [9, 'train'],
  [60, 'validation'],
  [17, 'train'],
  [30, 'validation'],
  [8, 'validation'],
]);

describe.each(sources.all.map((source) => [source.id, source] as const))(
  'the feed of %s',
  (_, source: Source) => {
    const feed = (more: Partial<FeedOptions> = {}) =>
      makeFeed(
        source,
        options({
          ...(source.kind === 'corpus' ? { corpus: randomCorpus(5000, 2000) } : {}),
          ...more,
        }),
      );

    test('gives batches of [B, T]', () => {
      const { train, validation, watched } = feed();
      for (const batch of [train(0), ...validation]) {
        expect([batch.tokens.length, batch.targets.length, batch.weights.length]).toEqual([
          64, 64, 64,
        ]);
      }
      expect([watched.tokens.length, watched.targets.length, watched.weights.length]).toEqual([
        16, 16, 16,
      ]);
    });
    test('gives a step the same batch, in whatever order steps are requested', () => {
      const [forwards, backwards] = [feed(), feed()];
      const there = [0, 1, 2, 3].map((step) => forwards.train(step));
      const back = [3, 2, 1, 0].map((step) => backwards.train(step)).reverse();
      expect(back).toEqual(there);
      expect(forwards.train(2)).toEqual(there[2]);
    });
    test('gives other steps and other seeds other batches', () => {
      expect(feed().train(1)).not.toEqual(feed().train(0));
      expect(feed({ seed: 2 }).train(0)).not.toEqual(feed().train(0));
    });
    test('holds out four different batches, the same for every seed', () => {
      const { validation } = feed();
      expect(new Set(validation.map(({ tokens }) => tokens.join())).size).toBe(4);
      expect(feed({ seed: 2 }).validation).toEqual(validation);
      expect(feed({ seed: 2 }).watched).toEqual(feed().watched);
    });
  },
);

describe('the feed of a text', () => {
  test('never crosses the border of a document', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.integer({ min: 1, max: 60 }), fc.constantFrom<Split>('train', 'validation')),
          { maxLength: 20 },
        ),
        fc.integer({ min: 1, max: 30 }),
        fc.nat(1000),
        (lengths, T, seed) => {
          const corpus = corpusOf([...lengths, [T + 1, 'train'], [T + 1, 'validation']]);
          const { train, validation } = makeFeed(book, options({ corpus, T, seed }));
          for (const { tokens, targets } of [train(0), ...validation].flatMap((batch) =>
            rows(batch, T),
          )) {
            expect(new Set(tokens + targets).size).toBe(1); // one letter: one document
          }
        },
      ),
    );
  });
  test('trains on train documents, validates on validation documents, and uses all that are long enough', () => {
    const { train, validation } = makeFeed(book, options({ corpus: letters }));
    const seen = (batches: readonly Batch[]) =>
      [...new Set(batches.flatMap((batch) => rows(batch, 16).map(({ tokens }) => tokens[0]!)))]
        .sort()
        .join('');
    expect(seen(Array.from({ length: 200 }, (_, step) => train(step)))).toBe('ad'); // b has 9 characters
    expect(seen(validation)).toBe('ce'); // f has 8
  });
  test('chooses documents in proportion to their number of windows', () => {
    const corpus = corpusOf([
      [16 + 30, 'train'],
      [16 + 10, 'train'],
      [40, 'validation'],
    ]);
    const { train } = makeFeed(book, options({ corpus, batch: 64 }));
    const drawn = Array.from({ length: 50 }, (_, step) => rows(train(step), 16)).flat();
    const share = drawn.filter(({ tokens }) => tokens[0] === 'a').length / drawn.length;
    expect(share).toBeGreaterThan(0.72);
    expect(share).toBeLessThan(0.78);
  });
  test('predicts the next character everywhere, and every target counts', () => {
    const corpus = randomCorpus(500, 300);
    const text = decode(corpus.ids);
    const { train, validation } = makeFeed(book, options({ corpus }));
    for (const batch of [train(0), ...validation]) {
      expect(batch.weights.every((weight) => weight === 1)).toBe(true);
      for (const { tokens, targets } of rows(batch, 16)) {
        expect(text).toContain(tokens + targets.at(-1)!);
        expect(targets.slice(0, -1)).toBe(tokens.slice(1));
      }
    }
  });
  test('draws every possible window, including the first and the last', () => {
    const corpus = randomCorpus(24, 40); // windows start at 0 … 7
    const { train } = makeFeed(book, options({ corpus }));
    const drawn = Array.from({ length: 100 }, (_, step) => rows(train(step), 16)).flat();
    const starts = new Set(drawn.map(({ tokens }) => decode(corpus.ids).indexOf(tokens)));
    expect([...starts].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
  test('validates at the same places for every context', () => {
    const corpus = randomCorpus(600, 3000);
    const places = (T: number) =>
      makeFeed(book, options({ corpus, T })).validation.map((batch) =>
        rows(batch, T).map(({ tokens }) => tokens.slice(0, 8)),
      );
    expect(places(512)).toEqual(places(16));
    expect(places(64)).toEqual(places(16));
  });
  test('validates all over the held-out text', () => {
    const corpus = randomCorpus(600, 3000);
    const text = decode(corpus.ids);
    const starts = makeFeed(book, options({ corpus })).validation.map((batch) =>
      rows(batch, 16).map(({ tokens, targets }) => text.indexOf(tokens + targets.at(-1)!, 600)),
    );
    for (const batch of starts) {
      expect(Math.min(...batch)).toBeLessThan(600 + 3000 / 3);
      expect(Math.max(...batch)).toBeGreaterThan(600 + (3000 * 3) / 5);
    }
  });
  test('watches the beginning of the first held-out document that is long enough, and prompts with it', () => {
    const corpus = randomCorpus(100, 100);
    const { watched, prompt } = makeFeed(book, options({ corpus }));
    expect(watched.tokens).toEqual(Int32Array.from(corpus.ids.subarray(100, 116)));
    expect(watched.targets).toEqual(Int32Array.from(corpus.ids.subarray(101, 117)));
    expect(prompt).toEqual(Int32Array.from(corpus.ids.subarray(100, 108)));
    const beyond = makeFeed(
      book,
      options({
        corpus: corpusOf([
          [40, 'train'],
          [16, 'validation'],
          [17, 'validation'],
        ]),
      }),
    );
    expect(decode(beyond.prompt)).toBe('cccccccc');
  });
  test('has a prompt no longer than its context', () => {
    expect(makeFeed(book, options({ corpus: letters, T: 5 })).prompt.length).toBe(5);
  });
  test('requires the text', () => {
    expect(() => makeFeed(book, options())).toThrow(
      "no text was given for 'Moby-Dick'; load it first",
    );
  });
  test('refuses a context longer than the text', () => {
    expect(() => makeFeed(book, options({ corpus: letters, T: 40 }))).toThrow(
      'context is 40; the longest train document',
    );
  });
});

describe('a closer look at held-out text', () => {
  const corpus = randomCorpus(5000, 2000);
  test('reads as many places as the text has room for, evenly spread, the same for any seed', () => {
    const T = 16;
    const look = (tokens: number, seed = 1) =>
      makeFeed(book, options({ corpus, T, seed })).heldOut(tokens);
    expect(look(1024)).toHaveLength(16);
    expect(look(1e9)).toHaveLength(31); // 2,000 characters in batches of 64
    expect(look(1)).toHaveLength(4); // no fewer than validation has
    expect(look(1024, 7)).toEqual(look(1024));
    const held = decode(corpus.ids.subarray(5000));
    const starts = look(1024)
      .flatMap((batch) => rows(batch, T))
      .map(({ tokens, targets }) => held.indexOf(tokens + targets.at(-1)));
    expect(Math.min(...starts)).toBeGreaterThanOrEqual(0);
    const sorted = [...starts].sort((a, b) => a - b);
    expect(Math.max(...sorted.slice(1).map((start, i) => start - sorted[i]!))).toBeLessThan(30);
  });
});

describe('the feed of a task', () => {
  const needle = sources.get('needle');
  test('asks at the requested distance, the same every time, for any seed', () => {
    const asked = (distance: number, seed = 1) =>
      makeFeed(needle, options({ T: 48, seed })).asked(distance, 3);
    expect(asked(30)).toHaveLength(3);
    expect(asked(30, 5)).toEqual(asked(30));
    for (const batch of asked(30)) {
      for (const row of rowsOfIds(batch, 48))
        expect(44 - row.findIndex((id) => id < 8)).toBeGreaterThanOrEqual(30);
    }
    expect(makeFeed(book, options({ corpus: randomCorpus(5000, 2000) })).asked(3, 2)).toEqual([]);
  });
  test('stacks examples of its distance', () => {
    const { train } = makeFeed(needle, options({ T: 48, distance: 28, batch: 200 }));
    const places = rowsOfIds(train(0), 48).map((row) => row.findIndex((id) => id < 8));
    expect(Math.max(...places)).toBe(16);
    expect(new Set(places).size).toBe(17);
  });
  test('watches the first held-out example', () => {
    const { watched, validation } = makeFeed(needle, options());
    expect([...watched.tokens]).toEqual([...validation[0]!.tokens.subarray(0, 16)]);
    expect([...watched.targets]).toEqual([...validation[0]!.targets.subarray(0, 16)]);
  });
  test('has no prompt', () => {
    expect(makeFeed(needle, options()).prompt.length).toBe(0);
  });
  test('refuses a distance without room', () => {
    expect(() => makeFeed(needle, options({ T: 16, distance: 13 }))).toThrow(
      'distance is 13; Needle in a context of 16 tokens has room for 12 at most',
    );
  });
});

const rowsOfIds = ({ tokens }: Batch, T: number) =>
  Array.from({ length: tokens.length / T }, (_, b) => [...tokens.subarray(b * T, (b + 1) * T)]);
