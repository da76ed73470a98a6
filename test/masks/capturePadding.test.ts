import { expect, test } from 'vitest';
import { and, maskOf, not, term, terms, write } from '../../src/attention/expression';
import type { Mask } from '../../src/attention/mask';
import { read } from '../../src/attention/parse';
import { equal, has, minus, union } from '../../src/attention/runs';
import { findingsIn } from '../../src/masks/capture/findings';
import { readCapture } from '../../src/masks/capture/read';
import { fromFirstColumn } from '../../src/masks/capture/textTerms';
import { captureOf } from './captureFiles';

const T = 11;

/** A text's mask after `left` tokens of padding, and before `right`; rows of padding read themselves. */
function padded(text: Mask, left: number, right = 0): Mask {
  const keys = left + text.keys + right;
  const queries = text.queries === text.keys ? keys : text.queries;
  return {
    queries,
    keys,
    row(q) {
      const at = keys - queries + q - left;
      if (at < 0 || at >= text.keys) return [at + left, at + left + 1];
      return text.row(at - (text.keys - text.queries)).map((key) => key + left);
    },
  };
}

/** The numbers of each term in the cases below; summaries are counted from the first column by models too. */
const NUMBERS: Record<string, readonly number[] | undefined> = {
  ahead: [2],
  causal: [],
  cells: [3, 6, 1, 8],
  chunk: [3],
  dilated: [3],
  documents: [4, 9],
  global: [0, 5],
  padding: [2, 1],
  prefix: [4],
  sink: [2],
  span: [3, 7],
  tree: [4, 4, 5, 4],
  window: [3],
};
const FROM_FIRST_COLUMN = ['chunks', 'summaries', 'exact'];

test('every term is counted from the first token of the text, or said not to be', () => {
  expect(terms.all.map(({ id }) => id).toSorted()).toEqual(
    [...Object.keys(NUMBERS), ...FROM_FIRST_COLUMN].toSorted(),
  );
});

for (const [id, numbers] of Object.entries(NUMBERS).filter(([name]) => name !== 'padding'))
  test(`${id} means in a padded batch what it means in the text alone`, () => {
    const one = term(id, ...numbers!);
    for (const whole of [one, and(term('causal'), one), not(one)])
      for (let left = 0; left <= 7; left++)
        for (const queries of [T, 1, 3]) {
          const keys = T + left;
          const there = fromFirstColumn(whole, {
            left,
            keys,
            queries: queries === T ? keys : queries,
          });
          const inBatch = maskOf(
            and(there, not(term('padding', left, 0))),
            keys,
            queries === T ? keys : queries,
          );
          const alone = maskOf(whole, T, queries);
          for (let q = 0; q < queries; q++) {
            const row = inBatch.row(inBatch.queries - queries + q);
            const moved = alone.row(q).map((key) => key + left);
            expect(equal(row, moved), `${write(whole)} after ${left}, query ${q}`).toBe(true);
          }
        }
  });

const PLANS = [
  'causal',
  'causal & window(4)',
  '2*causal & window(4); causal',
  'causal & chunk(4); causal',
  'causal & (window(3) | sink(2))',
  'causal | prefix(3)',
  'causal & documents(5)',
];

const layers = (plan: string) =>
  plan.split(';').flatMap((part) => {
    const [, times, words] = /^\s*(?:(\d)\*)?(.*)$/.exec(part)!;
    return Array.from({ length: Number(times ?? 1) }, () => read(words!));
  });

/** Each text of a batch with its padding, in a prefill and in one step of decoding. */
function batch(plan: string, pads: readonly (readonly [number, number])[]) {
  const of = (queries: number, keys: number) =>
    layers(plan).map((one) =>
      pads.map(([left, right]) => {
        const length = T - left - right;
        if (queries === T) return padded(maskOf(one, length), left, right);
        // Generated tokens come after the padding on the right.
        const text = maskOf(one, keys - left, queries);
        const row = (q: number) =>
          minus(
            text.row(q).map((key) => key + left),
            right > 0 ? [T - right, T] : [],
          );
        return { queries, keys, row };
      }),
    );
  return {
    steps: [of(T, T), of(1, T + 2)] as const,
    padding: pads,
  };
}

const PADDINGS: readonly (readonly (readonly [number, number])[])[] = [
  [[0, 0]],
  ...Array.from(
    { length: 6 },
    (_, left) =>
      [
        [left, 0],
        [0, 0],
      ] as const,
  ),
  ...Array.from(
    { length: 6 },
    (_, right) =>
      [
        [0, right],
        [0, 0],
      ] as const,
  ),
  [
    [3, 2],
    [1, 4],
  ],
];

for (const plan of PLANS)
  test(`a batch that reads '${plan}' is as expected with any padding, and one wrong cell is not`, () => {
    for (const pads of PADDINGS) {
      const given = batch(plan, pads);
      for (const step of [0, 1]) {
        for (const part of findingsIn(readCapture(captureOf(given)), step, plan)) {
          const faults = part.findings.filter(({ note }) => !note);
          expect([faults, part.apart], JSON.stringify({ plan, pads, step })).toEqual([[], []]);
        }
        const last = given.steps[step]!.at(-1)!;
        const [first] = last;
        // The last token of the first text no longer reads itself; it reads what it should not if it did not.
        const query = step === 1 ? 0 : T - 1 - pads[0]![1];
        const key = step === 1 ? T + 1 : query;
        const row = (q: number) => {
          const own = first!.row(q);
          if (q !== query) return own;
          return has(own, key) ? minus(own, [key, key + 1]) : union(own, [key, key + 1]);
        };
        const steps = given.steps.map((one, s) =>
          s === step ? [...one.slice(0, -1), [{ ...first!, row }, ...last.slice(1)]] : one,
        );
        const found = findingsIn(readCapture(captureOf({ ...given, steps })), step, plan);
        expect(found[0]!.apart, JSON.stringify({ plan, pads, step })).toMatchObject([
          { cells: 1, first: { query, key } },
        ]);
      }
    }
  });

test('a plan that names padding is taken as written', () => {
  const steps = [[[maskOf(read('causal & !padding(3, 0)'), T)]]];
  const faults = (meant: string) =>
    findingsIn(readCapture(captureOf({ steps })), 0, meant).map(
      ({ findings, apart }) =>
        findings
          .filter(({ note }) => !note)
          .map(({ code }) => code)
          .join() + apart.length,
    );
  expect(faults('causal & !padding(3, 0)')).toEqual(['0']);
  expect(faults('causal & !padding(2, 0)')[0]).toMatch(/L\d+/);
});

test('more chunks than a term has numbers still are what is expected', () => {
  const keys = 800;
  const one = read('causal & chunk(2)');
  const steps = [[[padded(maskOf(one, keys - 1), 1)]]];
  const [part] = findingsIn(readCapture(captureOf({ steps, padding: [[1, 0]] })), 0, write(one));
  expect([part!.findings, part!.apart]).toEqual([[], []]);
});

test('a row that reads nothing is a fault in any place, unless the capture says that it is padding', () => {
  for (let dead = 0; dead < T; dead++) {
    const causal = maskOf(read('causal'), T);
    const row = (q: number) => (q === dead ? [] : causal.row(q));
    const steps = [[[{ queries: T, keys: T, row }]]];
    const [part] = findingsIn(readCapture(captureOf({ steps })), 0);
    expect(
      part!.findings.filter(({ note }) => !note).map(({ code }) => code),
      `row ${dead}`,
    ).toContain('L1');
    const padding = [[0, T - dead]] as const;
    const all = (q: number) => (q >= dead ? [] : causal.row(q));
    if (dead === 0) continue;
    const of = { steps: [[[{ queries: T, keys: T, row: all }]]], padding };
    expect(findingsIn(readCapture(captureOf(of)), 0)[0]!.findings.every(({ note }) => note)).toBe(
      true,
    );
  }
});

test.each(['causal', 'causal & window(4)', 'causal & chunk(3)', '2*causal & window(3); causal'])(
  'packed texts that each read %s are as expected, and one cell of another text is not',
  (plan) => {
    for (const begins of [[4], [3, 5], [1, 2, 9]]) {
      const [keys, ends] = [13, [...begins, 13]];
      const steps = [
        layers(plan).map((one) => {
          const row = (q: number) => {
            const document = begins.filter((at) => at <= q).length;
            const from = [0, ...begins][document]!;
            return maskOf(one, ends[document]! - from)
              .row(q - from)
              .map((key) => key + from);
          };
          return [{ queries: keys, keys, row }];
        }),
      ];
      const [part] = findingsIn(readCapture(captureOf({ steps, documents: [begins] })), 0, plan);
      expect([part!.findings, part!.apart], JSON.stringify(begins)).toEqual([[], []]);
      const query = begins[0]!;
      const [own] = steps[0]!.at(-1)!;
      const row = (q: number) => (q === query ? union(own!.row(q), [0, 1]) : own!.row(q));
      const wrong = [[...steps[0]!.slice(0, -1), [{ ...own!, row }]]];
      const given = { steps: wrong, documents: [begins] };
      const [found] = findingsIn(readCapture(captureOf(given)), 0, plan);
      expect(found!.apart).toMatchObject([{ cells: 1, first: { query, key: 0 } }]);
      expect(found!.findings.map(({ code }) => code)).toContain('L12');
    }
  },
);

test('tokens that are blocked within a text are not expected to be read', () => {
  const causal = maskOf(read('causal & window(4)'), T);
  for (let from = 1; from < T - 1; from++)
    for (let to = from + 1; to < T; to++) {
      const row = (q: number) => minus(causal.row(q), [from, to]);
      const given = { steps: [[[{ queries: T, keys: T, row }]]], holes: [[[from, to]] as const] };
      const [part] = findingsIn(readCapture(captureOf(given)), 0, 'causal & window(4)');
      expect(part!.apart, `${from} to ${to}`).toEqual([]);
      expect(part!.findings.filter(({ note }) => !note)).toEqual([]);
    }
});

const IMAGES: readonly (readonly (readonly [number, number])[])[] = [
  [[2, 5]],
  [
    [0, 3],
    [6, 9],
  ],
  Array.from({ length: 40 }, (_, i) => [3 * i, 3 * i + 2] as const),
];

test.each(IMAGES.map((spans) => [spans] as const))(
  'images %j read both ways, and a causal image is not as expected',
  (spans) => {
    const keys = Math.max(T, spans.at(-1)![1] + 1);
    const plan = 'causal & window(4)';
    const causal = maskOf(read(plan), keys);
    const row = (q: number) => {
      const [, to] = spans.find(([from, end]) => from <= q && q < end) ?? [0, 0];
      return union(causal.row(q), to > q ? [q, to] : []);
    };
    const of = (one: Mask) =>
      findingsIn(readCapture(captureOf({ steps: [[[one]]], spans: [spans] })), 0, plan)[0]!;
    const right = of({ queries: keys, keys, row });
    expect([right.findings, right.apart]).toEqual([[], []]);
    expect(of(causal).apart).toMatchObject([{ first: { query: spans[0]![0] } }]);
  },
);
