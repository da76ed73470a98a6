/**
 * @file The feedback for a wrong number, checked against the mask: the number is counted cell by cell with exactly that
 * mistake, and the claim of the sentence is verified in the rows of the layer it describes.
 */
import { describe, expect, test } from 'vitest';
import { BLOCKED, EXACT, SUMMARY, maskCells } from '../../src/attention/cells';
import type { LayerPlan, PatternSpec } from '../../src/attention/pattern';
import { patterns } from '../../src/attention/registry';
import { quantities } from '../../src/lessons/quantities';
import { ofRun, resized, type Mistake, type Of } from '../../src/lessons/quantity';
import { layersOf, type RunSpec } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';

const span = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);
const sum = (all: readonly number[]) => all.reduce((a, b) => a + b, 0);

const rows = new Map<string, readonly number[]>();
/**
 * Every cell of one row: the rule evaluated token by token, and summaries for whole chunks that are not read
 * themselves.
 */
function rowOf(layer: PatternSpec, q: number, T: number): readonly number[] {
  const { window, chunk: C } = layer.params;
  const name = [layer.pattern, window, C, q, T].join();
  let row = rows.get(name);
  if (!row) {
    const rule = patterns.get(layer.pattern);
    const chunk = rule.chunk(layer.params);
    const seen = span(0, T - 1).map((k) => rule.sees(q, k, layer.params));
    const first = seen.indexOf(true);
    row = seen.map((yes, k) => (yes ? EXACT : chunk > 0 && k < first ? SUMMARY : BLOCKED));
    rows.set(name, row);
  }
  return row;
}
const chunkOf = ({ pattern, params }: PatternSpec) => patterns.get(pattern).chunk(params) || 1;
const count = (row: readonly number[], kind: number) => row.filter((cell) => cell === kind).length;
const keysIn = (layer: PatternSpec, q: number, T: number) => {
  const row = rowOf(layer, q, T);
  return count(row, EXACT) + count(row, SUMMARY) / chunkOf(layer);
};
const pairsIn = (layer: PatternSpec, T: number) =>
  sum(span(0, T - 1).map((q) => keysIn(layer, q, T)));
/**
 * A decoder keeps what the last query, and those after it, can still read, and each summary that the last query reads.
 */
const heldBy = (layer: PatternSpec, T: number) =>
  chunkOf(layer) > 1
    ? keysIn(layer, T - 1, T)
    : span(0, T - 1).filter((k) => span(T - 1, T + 24).some((q) => sees(layer, q, k))).length;
const seen = new Map<string, boolean>();
function sees(layer: PatternSpec, q: number, k: number): boolean {
  const name = [layer.pattern, layer.params['window'], layer.params['chunk'], q, k].join();
  let yes = seen.get(name);
  if (yes === undefined) {
    const rule = patterns.get(layer.pattern);
    // A chunk of one token is its token.
    yes = rule.sees(q, k, layer.params) || (rule.chunk(layer.params) > 0 && k < q);
    seen.set(name, yes);
  }
  return yes;
}

/** Tokens that the last one depends on: the product of the masks, cell by cell. */
const reachOf = (layers: LayerPlan, T: number): number => neededBy(layers, T).size;
/** Whether the last token depends on the one `back` tokens earlier: itself first. */
const backOf = (layers: LayerPlan, T: number): readonly boolean[] => {
  const needed = neededBy(layers, T);
  return span(0, T - 1).map((back) => needed.has(T - 1 - back));
};
function neededBy(layers: LayerPlan, T: number): ReadonlySet<number> {
  let needed = new Set([T - 1]);
  for (const layer of layers.toReversed())
    needed = new Set(
      [...needed].flatMap((q) =>
        rowOf(layer, q, T).flatMap((cell, k) => (cell === BLOCKED ? [] : [k])),
      ),
    );
  return needed;
}
/** Tokens that a local layer with sinks always reads. */
const SINKS = 4;
const GLOBAL: PatternSpec = { pattern: 'global', params: {} };
const local = (window: number): PatternSpec => ({ pattern: 'local', params: { window } });
const times = <V>(n: number, value: V): readonly V[] => Array.from({ length: n }, () => value);
/** In a text that is long enough for all of them. */
const farOf = (layers: number, window: number) =>
  reachOf(times(layers, local(window)), 1 + layers * window);
const fewestLayers = (distance: number, window: number) =>
  span(1, 40).find((n) => reachOf(times(n, local(window)), distance + 1) === distance + 1)!;

const layerOf = ({ spec, layer }: Of) => layersOf(spec)[layer]!;
const W = (of: Of) => layerOf(of).params['window']!;
const wider = (of: Of, by: number) => resized(layerOf(of), W(of) + by);
const bytesOf = (layers: LayerPlan, { spec, T, bytes }: Of) =>
  sum(layers.map((layer) => heldBy(layer, T))) * 2 * (spec.heads / spec.share) * (spec.width / spec.heads) * bytes; // prettier-ignore
const allPairs = ({ spec, T }: Of) => layersOf(spec).map((layer) => pairsIn(layer, T));
const flopsOf = (of: Of) => 4 * of.spec.width * sum(allPairs(of));
/** The window by itself, and the chunks that lie wholly before it. */
const unrounded = (of: Of, q: number) =>
  W(of) + span(0, q).filter((c) => (c + 1) * chunkOf(layerOf(of)) <= q - W(of) + 1).length;
const row = (of: Of, q = of.query) => rowOf(layerOf(of), q, of.T);

type Count = (of: Of) => number | readonly number[];
const COUNTED: Readonly<Record<string, Readonly<Record<string, Count>>>> = {
  keys: {
    'without itself': (of) => keysIn(layerOf(of), of.query, of.T) - 1,
    'every token': ({ T }) => T,
    'window too wide': (of) => keysIn(wider(of, 1), of.query, of.T),
    'window too narrow': (of) => keysIn(wider(of, -1), of.query, of.T),
    'as if global': (of) => keysIn(GLOBAL, of.query, of.T),
    'as if local': (of) => keysIn(local(W(of)), of.query, of.T),
    'without summaries': (of) => count(row(of), EXACT),
    'summaries alone': (of) => count(row(of), SUMMARY) / chunkOf(layerOf(of)),
    'window not rounded out': (of) => unrounded(of, of.query),
  },
  pairs: {
    'without the diagonal': (of) =>
      pairsIn(layerOf(of), of.T) - sum(span(0, of.T - 1).map((q) => +(row(of, q)[q] === EXACT))),
    'the whole square': ({ T }) => T * T,
    'the other triangle': ({ T }) => sum(span(0, T - 1).map((q) => count(rowOf(GLOBAL, q, T), BLOCKED))), // prettier-ignore
    'window too wide': (of) => pairsIn(wider(of, 1), of.T),
    'window too narrow': (of) => pairsIn(wider(of, -1), of.T),
    'as if global': ({ T }) => pairsIn(GLOBAL, T),
    'as if local': (of) => pairsIn(local(W(of)), of.T),
    'every row full': (of) => sum(times(of.T, Math.max(...span(0, of.T - 1).map((q) => count(row(of, q), EXACT))))), // prettier-ignore
  },
  'all-pairs': {
    'first layer alone': (of) => allPairs(of)[0]!,
    'last layer alone': (of) => allPairs(of).at(-1)!,
    'all as the dearest': (of) => Math.max(...allPairs(of)) * of.spec.layers,
    'all as the cheapest': (of) => Math.min(...allPairs(of)) * of.spec.layers,
  },
  'attention-flops': {
    half: (of) => flopsOf(of) / 2,
    'a quarter': (of) => flopsOf(of) / 4,
    'one head': (of) => flopsOf(of) / of.spec.heads,
    training: (of) => flopsOf(of) * 3,
    'the whole square': ({ spec, T }) => 4 * spec.width * spec.layers * T * T,
  },
  'cache-bytes': {
    'keys without values': (of) => bytesOf(layersOf(of.spec), of) / 2,
    numbers: (of) => bytesOf(layersOf(of.spec), { ...of, bytes: 1 }),
    'one layer': (of) => layersOf(of.spec).map((layer) => bytesOf([layer], of)),
    'as if global': (of) => bytesOf(times(of.spec.layers, GLOBAL), of),
  },
  'cache-keys': {
    'without the last': (of) => heldBy(layerOf(of), of.T) - 1,
    'window too wide': (of) => heldBy(wider(of, 1), of.T),
    'window too narrow': (of) => heldBy(wider(of, -1), of.T),
    'as if global': ({ T }) => heldBy(GLOBAL, T),
    'as if local': (of) => heldBy(local(W(of)), of.T),
    'without summaries': (of) => count(row(of, of.T - 1), EXACT),
    'summaries alone': (of) => count(row(of, of.T - 1), SUMMARY) / chunkOf(layerOf(of)),
    'window not rounded out': (of) => unrounded(of, of.T - 1),
  },
  'first-key': {
    'the query': ({ query }) => query,
    'the width': W,
    'window too wide': (of) => rowOf(wider(of, 1), of.query, of.T).indexOf(EXACT),
    'where the window begins': (of) => rowOf(local(W(of)), of.query, of.T).indexOf(EXACT),
    'window not rounded out': (of) => rowOf(local(W(of)), of.query, of.T).indexOf(EXACT),
  },
  'layers-needed': {
    'a window each': ({ spec, distance }) => fewestLayers(distance, spec.window + 1),
    'a window and one each': ({ spec, distance }) => fewestLayers(distance, spec.window + 2),
    'rounded down': ({ spec, distance }) => fewestLayers(distance, spec.window) - 1,
    'one layer': () => 1,
  },
  reach: {
    'without itself': ({ spec, T }) => reachOf(layersOf(spec), T) - 1,
    'as if all were local': ({ spec: { layers, window } }) => farOf(layers, window),
    'beyond the text': ({ spec: { layers, window } }) => farOf(layers, window),
    'a window each': ({ spec: { layers, window } }) => farOf(layers, window + 1) - 1,
    'a window each and itself': ({ spec: { layers, window } }) => farOf(layers, window + 1),
    everything: ({ T }) => T,
    'one layer': ({ spec, T }) => reachOf(layersOf(spec).slice(0, 1), T),
    'windows multiplied': ({ spec }) => times(spec.layers, spec.window).reduce((a, b) => a * b, 1),
  },
  'first-out-of-reach': {
    'the last within reach': ({ spec, T }) => backOf(layersOf(spec), T).indexOf(false) - 1,
    'a window each': ({ spec: { layers, window } }) => farOf(layers, window + 1) - 1,
    'a window each and one': ({ spec: { layers, window } }) => farOf(layers, window + 1),
    'one layer': ({ spec, T }) => reachOf(layersOf(spec).slice(0, 1), T),
  },
  'share-of-global': {
    'what is saved': (of) => 100 - (100 * sum(allPairs(of))) / (of.spec.layers * pairsIn(GLOBAL, of.T)), // prettier-ignore
    'local layers for nothing': ({ spec }) =>
      (100 * layersOf(spec).filter(({ pattern }) => pattern === 'global').length) / spec.layers,
    'of the whole square': (of) => (100 * sum(allPairs(of))) / (of.spec.layers * of.T ** 2),
  },
  'window-elsewhere': {
    'the same number': ({ spec }) => spec.window,
    'one more': ({ spec }) => spec.window + 1,
    'no window': () => -1,
  },
};

const every = (T: number, holds: (q: number) => boolean) => span(0, T - 1).every(holds);
const blockedBefore = (layer: PatternSpec, T: number) =>
  span(0, T - 1).some((q) => rowOf(layer, q, T).some((cell, k) => k <= q && cell === BLOCKED));
const has = (of: Of, pattern: string) =>
  layersOf(of.spec).some((layer) => layer.pattern === pattern);

/** The claim of a phrase, as a question to the mask; `found` are the numbers in it. */
const CLAIMS: readonly (readonly [RegExp, (of: Of, found: readonly number[]) => boolean])[] = [
  [
    /no further back than its window of (\d+)/,
    (of, [width]) =>
      width === W(of) &&
      blockedBefore(layerOf(of), of.T) &&
      every(of.T, (q) => row(of, q).every((cell, k) => k > q - width! || cell === BLOCKED)),
  ],
  [
    /That is a global layer/,
    (of) => every(of.T, (q) => q < of.T - 1 || count(row(of, q), EXACT) < q + 1),
  ],
  [
    /reads tokens 0 to (\d+) through summaries/,
    (of, [last]) => row(of).every((cell, k) => (cell === SUMMARY) === k <= last!),
  ],
  [
    /Tokens 0 to (\d+) have left the window; they are held as summaries/,
    (of, [last]) => row(of, of.T - 1).every((cell, k) => (cell === SUMMARY) === k <= last!),
  ],
  [/summar(?:y|ies) are (?:keys|pairs)|the summaries;/, (of) => chunkOf(layerOf(of)) > 0 && has(of, 'approximate') && row(of, of.T - 1).includes(SUMMARY)], // prettier-ignore
  [/lies before the window is read through summaries/, (of) => row(of, of.T - 1).includes(SUMMARY)],
  [
    /key that has left the window of (\d+) is never read again/,
    // By no query from the next one on.
    (of, [width]) =>
      span(of.T, of.T + 3).every((q) =>
        rowOf(layerOf(of), q, of.T + 4).every(
          (cell, k) => k > of.T - 1 - width! || cell === BLOCKED,
        ),
      ),
  ],
  [
    /[Tt]he window of (\d+) counts the token itself/,
    // The token `width - 1` back is read and, in a row that need not be rounded out, no token before that.
    (of, [width]) =>
      every(of.T, (q) => {
        const cells = row(of, q);
        const start = Math.max(0, q - width! + 1);
        return cells[q] === EXACT && cells[start] === EXACT && (start % chunkOf(layerOf(of)) > 0 || layerOf(of).pattern === 'local' || start <= SINKS ? true : cells[start - 1] !== EXACT); // prettier-ignore
      }),
  ],
  [
    /here the token itself is one of the (\d+)/,
    (of, [width]) => every(of.T, (q) => row(of, q)[Math.max(0, q - width! + 1)] === EXACT),
  ],
  [
    /only from query (\d+) on are there (\d+)/,
    (of, [from, width]) =>
      from! < of.T && every(of.T, (q) => (count(row(of, q), EXACT) === width) === q >= from!),
  ],
  [
    /reads its window of (\d+) and the first (\d+) tokens/,
    (of, [width, sinks]) =>
      sinks === SINKS &&
      layersOf(of.spec).some(
        (layer) =>
          layer.params['window'] === width &&
          every(of.T, (q) =>
            rowOf(layer, q, of.T).every(
              (cell, k) => (cell === EXACT) === (k <= q && (k > q - width! || k < sinks!)),
            ),
          ),
      ),
  ],
  [/of its window alone/, (of) => count(row(of, of.T - 1), EXACT) > Math.min(of.T, W(of))],
  [
    /Tokens that no later query reads need not be held: here tokens? (\d+)(?: to (\d+))?/,
    (of, [from, to]) =>
      span(0, of.T - 1).every(
        (k) =>
          (k >= from! && k <= (to ?? from!)) ===
          span(of.T - 1, of.T + 3).every((q) => rowOf(layerOf(of), q, of.T + 4)[k] === BLOCKED),
      ),
  ],
  [
    /before it, the query reads tokens? (\d+)(?: to (\d+))? too/,
    (of, [from, to]) =>
      row(of)
        .slice(0, Math.max(0, of.query - W(of) + 1))
        .every((cell, k) => (cell === EXACT) === (k >= from! && k <= (to ?? from!))),
  ],
  [/first key of all that is read/, (of) => row(of).indexOf(EXACT) === 0 && !patterns.get(layerOf(of).pattern).firstKey], // prettier-ignore
  [
    /before those, tokens? (\d+)(?: to (\d+))? can be reached too/,
    ({ spec, T }, [from, to]) => {
      const back = backOf(layersOf(spec), T);
      const windows = 1 + spec.layers * (spec.window - 1);
      return span(0, T - windows - 1).every(
        (k) => back[T - 1 - k] === (k >= from! && k <= (to ?? from!)),
      );
    },
  ],
  [/still within reach/, ({ spec, T }) => backOf(layersOf(spec), T).includes(false)],
  [/keeps no other tokens/, (of) => layersOf(of.spec).some((layer) => heldBy(layer, of.T) < of.T)],
  [/extended to a chunk boundary/, (of) => layerOf(of).pattern === 'approximate'],
  [/Each token also reads itself/, (of) => every(of.T, (q) => row(of, q)[q] === EXACT)],
  [
    /those after the query may not be read/,
    (of) =>
      row(of)
        .slice(of.query + 1)
        .includes(BLOCKED),
  ],
  [/in a global layer it reads/, (of) => row(of).slice(0, of.query).every((cell) => cell === EXACT)], // prettier-ignore
  [/how wide the window is/, (of) => layerOf(of).pattern !== 'global'],
  [/there are more|each of the/, ({ spec }) => spec.layers > 1 || spec.heads > 1],
  [
    /as the (?:most expensive|cheapest) one; look at each stripe/,
    (of) => new Set(allPairs(of)).size > 1,
  ],
  [/which holds (\d+) keys/, (of, [held]) => layersOf(of.spec).some((layer) => heldBy(layer, of.T) === held)], // prettier-ignore
  [/; a local layer drops|, and a local layer drops/, (of) => has(of, 'local')],
  [/an approximate layer keeps/, (of) => has(of, 'approximate')],
  [/[Ee]ach layer adds (\d+)/, ({ spec, T }, [added]) => layersOf(spec).every((_, l, all) => reachOf(all.slice(0, l + 1), T) === 1 + (l + 1) * added!)], // prettier-ignore
  [/so a layer adds (\d+)/, ({ spec, T }, [added]) => reachOf(layersOf(spec), T) === 1 + spec.layers * added!], // prettier-ignore
  [/if every layer were local; one that sees everything/, ({ spec, T }) => layersOf(spec).some((layer) => !rowOf(layer, T - 1, T).includes(BLOCKED))], // prettier-ignore
  [/if one layer saw that far/, ({ spec, T }) => reachOf([...layersOf(spec).slice(1), GLOBAL], T) === T && reachOf(layersOf(spec), T) < T], // prettier-ignore
  [/the text has only (\d+) tokens/, ({ T, spec }, [length]) => length === T && reachOf(layersOf(spec), T) === T], // prettier-ignore
  [/That is the last distance within reach: (\d+) × (\d+)/, ({ spec, T }, [layers, back]) => reachOf(layersOf(spec), T) - 1 === layers! * back!], // prettier-ignore
  [/leaves the local layers out/, (of) => has(of, 'local') && has(of, 'global') && !has(of, 'approximate')], // prettier-ignore
  [/is itself and (\d+) before/, ({ spec }, [before]) => count(rowOf(local(spec.window), 50, 51), EXACT) === before! + 1], // prettier-ignore
  [/A layer carries a token (\d+) back/, ({ spec }, [back]) => reachOf([local(spec.window)], 50) === back! + 1], // prettier-ignore
  [/stops just short/, ({ spec, distance }) => fewestLayers(distance, spec.window) > distance / (spec.window - 1)], // prettier-ignore
  [/One layer carries no further/, ({ spec, distance }) => reachOf([local(spec.window)], distance + 1) < distance + 1], // prettier-ignore
];

/** Sentences that are true for all settings; any other must make a claim that is verified. */
const ALWAYS = [
  'A token reads itself too.',
  'The last token is held too.',
  'The token itself is one more.',
  'That is the window; here it is extended',
  'the keys that may not be read',
  'it also counts keys that come after their query',
  'A multiply and an add are two FLOPs',
  'Four FLOPs a pair and number',
  'That is training: forward and twice as much backward',
  'only visible pairs are needed',
  'Keys and values: there are two numbers',
  'You counted the numbers; each takes 4 bytes',
  'That is one layer. Above it, the next layer',
  'Windows do not multiply',
  'That is out of reach of one layer',
  'That is what is saved',
  'A global layer is a triangle too',
  'that library',
  'That library',
  'That is no window at all',
];

const BASE: RunSpec = { ...DEFAULTS, layers: 1, width: 16, heads: 2, share: 1 };
const PLANS: readonly Partial<RunSpec>[] = [
  { plan: 'global' },
  { plan: 'local' },
  { plan: 'approximate' },
  { plan: 'local', layers: 3 },
  { plan: 'global', layers: 2 },
  { plan: 'grouped', layers: 3, groupSize: 2, place: 'first' },
  { plan: 'grouped', layers: 4, groupSize: 2, place: 'last' },
  { plan: 'custom', layers: 3, stripes: 'GSA' },
  { plan: 'custom', layers: 2, stripes: 'SA' },
  { plan: 'custom', layers: 2, stripes: 'AA' },
  { plan: 'custom', layers: 1, stripes: 'K' },
  { plan: 'custom', layers: 2, stripes: 'KK' },
  { plan: 'custom', layers: 3, stripes: 'SKS' },
  { plan: 'custom', layers: 3, stripes: 'GKA' },
  { plan: 'custom', layers: 1, stripes: '1', masks: 'causal & chunk(3)' },
  { plan: 'custom', layers: 3, stripes: '1S2', masks: 'causal & dilated(2); causal & prefix(4)' },
  { plan: 'custom', layers: 2, stripes: '1K', masks: 'causal | chunk(3)' },
  { plan: 'custom', layers: 2, stripes: '1G', masks: 'causal & window(3) & !sink(2)' },
];
const NUMBER = /\d+(?:,\d{3})*/;

/** Every plan above with every window, chunk, length, layer and query of a small text. */
function* questions(needs: readonly string[]): Generator<Of> {
  for (const plan of PLANS)
    for (const window of [1, 2, 3, 4, 6, 11])
      for (const chunk of plan.plan === 'approximate' || plan.stripes?.includes('A')
        ? [1, 2, 3, 5]
        : [2])
        for (const T of [1, 2, 5, 9, 12]) {
          const spec = { ...BASE, ...plan, window, chunk };
          const layers = needs.includes('layer') ? span(0, spec.layers - 1) : [0];
          const queries = needs.includes('query') ? span(0, T - 1) : [T - 1];
          const distances = needs.includes('distance') ? [1, 2, 5, 9] : [1];
          for (const layer of layers)
            for (const query of queries)
              for (const distance of distances)
                yield ofRun(spec, T, { layer, query, distance, bytes: 4 });
        }
}

describe.each(quantities.all.map((quantity) => [quantity.id, quantity] as const))(
  'the feedback for a wrong number for %s',
  (id, quantity) => {
    const given: (readonly [Of, Mistake, number])[] = [];
    for (const of of questions(quantity.needs ?? [])) {
      const right = quantity.value(of);
      if (!Number.isFinite(right)) continue;
      for (const mistake of quantity.mistakes(of))
        if (mistake.value !== right) given.push([of, mistake, right]);
    }
    const at = ({ spec, T, layer, query, distance }: Of, { says, value }: Mistake) =>
      `${spec.plan} ${spec.stripes} ${spec.masks} layers ${spec.layers} W ${spec.window} C ${spec.chunk} T ${T} layer ${layer} query ${query} distance ${distance}: ${value}: ${says}`;

    test('matches its own reasoning, counted cell by cell', () => {
      const wrong = given.filter(([of, mistake]) => {
        const counted = COUNTED[id]?.[mistake.id]?.(of);
        return ![counted].flat().some((one) => Math.abs(Number(one) - mistake.value) < 1e-9);
      });
      expect(wrong.slice(0, 3).map(([of, mistake]) => at(of, mistake))).toEqual([]);
      expect(new Set(given.map(([, mistake]) => mistake.id))).toEqual(
        new Set(Object.keys(COUNTED[id]!)),
      );
    });

    test('is true of the layers it describes', () => {
      const untrue = given.filter(([of, { says }]) =>
        CLAIMS.some(([phrase, holds]) => {
          const found = phrase.exec(says);
          return found && !holds(of, found.slice(1).flatMap((one) => (one === undefined ? [] : [Number(NUMBER.exec(one)?.[0].replaceAll(',', ''))]))); // prettier-ignore
        }),
      );
      const unclaimed = given.filter(
        ([, { says }]) =>
          !ALWAYS.some((part) => says.includes(part)) &&
          !CLAIMS.some(([phrase]) => phrase.test(says)),
      );
      expect(unclaimed.slice(0, 3).map(([of, mistake]) => at(of, mistake))).toEqual([]);
      expect(untrue.slice(0, 5).map(([of, mistake]) => at(of, mistake))).toEqual([]);
    });
  },
);

test('whatever a layer reads, no sentence has a gap', () => {
  for (const masks of [
    '!causal',
    'causal & !causal',
    '!(causal | sink(3)) & !dilated(2)',
    'padding(2, 2)',
    'cells(2, 5, 0, 3)',
  ])
    for (const quantity of quantities.all)
      for (const T of [1, 4, 12])
        for (let query = 0; query < T; query++) {
          const spec = { ...BASE, plan: 'custom', layers: 2, stripes: '1S', masks, window: 3 };
          const of = ofRun(spec, T, { query, distance: 3, bytes: 4 });
          const said = [quantity.because(of), ...quantity.mistakes(of).map(({ says }) => says)];
          for (const one of said) {
            expect(one, `${quantity.id} of ${masks}`).not.toMatch(/undefined|tokens [a-z]*\.?$/);
            if (Number.isFinite(quantity.value(of))) expect(one).not.toMatch(/NaN|Infinity/);
          }
        }
});

test('the rows counted here are those that the pictures show', () => {
  for (const of of questions(['layer']))
    expect(span(0, of.T - 1).flatMap((q) => row(of, q))).toEqual([...maskCells(layerOf(of), of.T)]);
});

test('no sentence claims that an approximate layer reads no further back than its window', () => {
  // Lessons 2 and 7: the feedback for an answer that treats the layer as global.
  const of = ofRun({ ...BASE, plan: 'approximate', window: 3, chunk: 3 }, 12, { query: 10 });
  const said = quantities.get('keys').mistakes(of).filter(({ value }) => value === 11); // prettier-ignore
  expect(said.map(({ says }) => says)).toEqual([
    'That is a global layer. This one reads tokens 0 to 5 through summaries, and a summary of 3 is one key.',
  ]);
});

test('the edge of four layers with a window of 4 is a distance, and 12 is the last within reach', () => {
  const edge = quantities.get('first-out-of-reach');
  const of = ofRun({ ...BASE, plan: 'local', layers: 4, window: 4 }, 28);
  expect(edge.value(of)).toBe(13);
  expect(edge.label).not.toMatch(/^Reach/);
  expect(edge.mistakes(of).find(({ value }) => value === 12)!.says).toMatch(/last distance within/);
});

test('the explanation of a right answer for an early query has a correct sum', () => {
  const of = ofRun({ ...BASE, plan: 'local', window: 6 }, 12, { query: 3 });
  expect(quantities.get('first-key').because(of)).toBe(
    '3 − 6 + 1 = −2, so the window begins at the first token, key 0',
  );
});
