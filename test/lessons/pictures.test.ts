import { describe, expect, test } from 'vitest';
import { attentionFlops, cacheBytes, cachedKeys, visiblePairs } from '../../src/attention/cost';
import { BLOCKED, EXACT, maskCells } from '../../src/attention/cells';
import type { LayerPlan, PatternSpec } from '../../src/attention/pattern';
import { patterns, patternSpec } from '../../src/attention/registry';
import { reachCone } from '../../src/attention/reach';
import { coneRows, pooledRow, sayReach, sayTokens } from '../../src/lessons/pictures/cone';
import { costRows, shareOf } from '../../src/lessons/pictures/costs';
import { DRAWN, masksOf, sayLayers, sayPattern, sayRow } from '../../src/lessons/pictures/masks';
import { sayStep, slotsOf } from '../../src/lessons/pictures/slots';
import { listOf, longestOf } from '../../src/lessons/pictures/words';
import { modelSpecOf } from '../../src/spec/model';
import { DEFAULTS } from '../../src/spec/controls';

const G = patternSpec('global', {});
const S = patternSpec('local', { window: 6 });
const K = patternSpec('sinks', { window: 6 });
const A = patternSpec('approximate', { window: 6, chunk: 4 });
const EACH: readonly (readonly [string, PatternSpec])[] = patterns.all.map(({ id }) => [
  id,
  patternSpec(id, { window: 6, chunk: 4 }),
]);

describe('the masks of a run', () => {
  test('are one picture for all equal layers', () => {
    const masks = masksOf([G, S, G, S], 24);
    expect(masks.map(({ label, layers, pairs }) => [label, layers, pairs])).toEqual([
      ['layers 1, 3', [0, 2], 300],
      ['layers 2, 4', [1, 3], 129],
    ]);
    expect(masks[1]!.cells).toEqual(maskCells(S, 24));
  });

  test('differ if their numbers differ', () => {
    expect(masksOf([S, patternSpec('local', { window: 4 })], 8)).toHaveLength(2);
  });

  test('are reduced to one layer on request', () => {
    const masks = masksOf([G, S, S, S], 24, 2);
    expect(masks.map(({ label, of }) => [label, of])).toEqual([['layer 3', S]]);
  });

  test('are drawn up to 64 tokens and counted for all', () => {
    const [mask] = masksOf([S], 16_384);
    expect(mask!.cells).toEqual(maskCells(S, DRAWN));
    expect(mask!.pairs).toBe(visiblePairs(S, 16_384));
  });

  test.each([
    [[0], 1, 'the one layer'],
    [[0, 1, 2], 3, 'every layer'],
    [[3], 4, 'layer 4'],
    [[1, 2, 3], 4, 'layers 2–4'],
    [[0, 1], 4, 'layers 1, 2'],
    [[0, 2, 5], 8, 'layers 1, 3, 6'],
  ])('of layers %j of %i are labelled %s', (layers, of, words) => {
    expect(sayLayers(layers, of)).toBe(words);
  });

  test('name their pattern with its numbers', () => {
    expect([G, S, A].map(sayPattern)).toEqual([
      'global',
      'local, window 6',
      'approximate, window 6, chunk 4',
    ]);
  });

  test('describe what a row reads', () => {
    expect(sayRow(S, 20, 40)).toBe('query 20 reads keys 15 to 20: 6 keys');
    expect(sayRow(G, 0, 40)).toBe('query 0 reads key 0: 1 key');
    expect(sayRow(A, 20, 40)).toBe(
      'query 20 reads keys 12 to 20 and 3 summaries of 4 tokens: 12 keys',
    );
    expect(sayRow(A, 9, 40)).toBe('query 9 reads keys 4 to 9 and 1 summary of 4 tokens: 7 keys');
  });

  test('describe several runs of keys, and a row that reads nothing', () => {
    expect(sayRow(K, 20, 40)).toBe('query 20 reads keys 0 to 3 and 15 to 20: 10 keys');
    expect(sayRow(K, 8, 40)).toBe('query 8 reads keys 0 to 8: 9 keys');
    expect(sayPattern(K)).toBe('sinks, window 6');
    expect(listOf([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13])).toBe(
      '0, 2, 4, 6, 8 and 2 runs more',
    );
    expect(listOf([])).toBe('');
  });

  test.each(EACH)('have the same number of keys in words as in the count: %s', (_, layer) => {
    const T = 40;
    let pairs = 0;
    for (let q = 0; q < T; q++) pairs += Number(/: (\d+) keys?$/.exec(sayRow(layer, q, T))![1]);
    expect(pairs).toBe(visiblePairs(layer, T));
  });
});

describe('the cone of a query', () => {
  const stacks: readonly (readonly [string, LayerPlan])[] = [
    ['SSSS', [S, S, S, S]],
    ['GSGS', [G, S, G, S]],
    ['ASAS', [A, S, A, S]],
    ['SSSG', [S, S, S, G]],
    ['SKAK', [S, K, A, K]],
  ];
  const T = 40;

  test.each(stacks)('of %s has the rows of the boolean product', (_, plan) => {
    for (const query of [0, 7, 23, T - 1]) {
      const cone = reachCone(plan, T, query);
      const rows = coneRows(plan, T, query);
      expect(rows.map(({ label }) => label)).toEqual([
        'output',
        'after layer 3',
        'after layer 2',
        'after layer 1',
        'tokens',
      ]);
      expect(rows.map(({ by }) => by)).toEqual([undefined, 3, 2, 1, 0]);
      rows.forEach(({ kinds, tokens }, i) => {
        const bits = cone[plan.length - i]!;
        expect(kinds.map((kind) => +(kind !== BLOCKED))).toEqual(bits);
        expect(tokens).toBe(bits.filter(Boolean).length);
      });
    }
  });

  test.each(stacks)(
    'of %s tells tokens read directly from those read through summaries',
    (_, plan) => {
      const query = T - 2;
      const rows = coneRows(plan, T, query);
      plan.forEach((layer, l) => {
        const mask = maskCells(layer, T);
        const asked = rows[plan.length - l - 1]!.kinds;
        const exact = Array.from({ length: T }, (_, k) =>
          asked.some((kind, q) => kind !== BLOCKED && mask[q * T + k] === EXACT),
        );
        const { kinds } = rows[plan.length - l]!;
        expect(Array.from(kinds, (kind) => kind === EXACT)).toEqual(exact);
      });
    },
  );

  test('says how far it reaches', () => {
    expect(sayReach(coneRows([S, S, S, S], 48, 47), 47)).toBe(
      'query 47 depends on 21 of 48 tokens: 27 to 47',
    );
    expect(sayReach(coneRows([G], 48, 0), 0)).toBe('query 0 depends on 1 of 48 tokens: 0');
  });

  test('describes tokens as stretches', () => {
    expect(sayTokens([0, 0, 1, 2, 0, 1, 0, 1, 1])).toBe('2 to 3, 5 and 7 to 8');
    expect(sayTokens([0, 0])).toBe('');
  });

  test('in cells of several tokens loses none, and direct reads take precedence', () => {
    expect([...pooledRow(Uint8Array.of(0, 2, 2, 1, 0, 0, 1), 2)]).toEqual([2, 1, 0, 1]);
  });
});

describe('the costs of runs', () => {
  const models = ['global', 'grouped'].map((plan) =>
    modelSpecOf({ ...DEFAULTS, plan, layers: 4, window: 6, groupSize: 2 }),
  );

  test('equal the counts of the rules, at any length', () => {
    const T = 4096;
    const rows = costRows(models, T);
    const [, grouped] = models;
    const last = (label: string) => rows.find((row) => row.label === label)!.values[1];
    const layers = grouped!.layers;
    expect(last('layer 2')).toBe(visiblePairs(layers[1]!, T));
    expect(last('all layers')).toBe(layers.reduce((sum, layer) => sum + visiblePairs(layer, T), 0));
    expect(last('Attention, forward')).toBe(attentionFlops(layers, { ...grouped!, T }));
    expect(last('KV cache')).toBe(cacheBytes(layers, { ...grouped!, T, bytesPerNumber: 4 }));
    expect(last('Reach of the last token')).toBe(T);
  });

  test('have bars relative to the most expensive', () => {
    const rows = costRows(models, 48);
    const all = rows.find(({ label }) => label === 'all layers')!;
    expect(shareOf(all, 0)).toBe(1);
    expect(shareOf(all, 1)).toBe(all.values[1]! / all.values[0]!);
  });
});

describe('the slots of a cache', () => {
  const T = 40;

  test.each(EACH)(
    'of %s hold as many keys as its pattern counts, each at the slot where it is drawn',
    (_, layer) => {
      for (let t = 1; t <= T; t++) {
        const { shelves, keys } = slotsOf(layer, T, t);
        expect(keys).toBe(cachedKeys(layer, t));
        const filled = shelves.flatMap(({ kinds }) =>
          [...kinds].filter((kind) => kind !== BLOCKED),
        );
        expect(filled).toHaveLength(keys);
        const names = shelves.flatMap((shelf) => shelf.names.filter(Boolean));
        expect(names).toHaveLength(keys);
        const [first] = shelves;
        expect(first!.names[first!.fresh!]).toBe(String(t - 1));
      }
    },
  );

  test.each(EACH)('of %s keep their number at every step, so that nothing moves', (_, layer) => {
    const room = (t: number) => slotsOf(layer, T, t).shelves.map(({ kinds }) => kinds.length);
    for (let t = 2; t <= T; t++) expect(room(t)).toEqual(room(1));
  });

  test('of a ring are overwritten, the oldest first', () => {
    const names = (t: number) => slotsOf(S, T, t).shelves[0]!.names;
    expect(names(4)).toEqual(['0', '1', '2', '3', '', '']);
    expect(names(8)).toEqual(['6', '7', '2', '3', '4', '5']);
    expect(sayStep(S, 8)).toBe('token 7 went into slot 1 of the ring, where token 1 was');
    expect(sayStep(S, 3)).toBe('token 2 went into slot 2 of the ring, which was free');
  });

  test('of an approximate layer gain a summary when a chunk leaves', () => {
    const summaries = (t: number) => slotsOf(A, T, t).shelves[1]!;
    expect(summaries(9).names.filter(Boolean)).toEqual([]);
    expect(summaries(10).names.filter(Boolean)).toEqual(['0–3']); // s(9) = 4
    expect(summaries(10).fresh).toBe(0);
    expect(summaries(11).fresh).toBeUndefined();
    expect(sayStep(A, 10)).toBe('tokens 0 to 3 left the ring: 1 summary in their place');
    expect(sayStep(A, 11)).toBe('token 10 went into the ring; no chunk left it');
  });

  test('of a window longer than the text are as many as the text', () => {
    const { shelves } = slotsOf(patternSpec('local', { window: 64 }), 8, 8);
    expect(shelves[0]!.names).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
  });
});

test('the layout reserves space for the longest words', () => {
  expect(longestOf(12, (i) => `token ${i}`)).toBe('token 10');
  expect(longestOf(0, String)).toBe('');
});
