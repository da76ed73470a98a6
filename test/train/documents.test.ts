/** @file Models whose rows hold several documents: nothing crosses a border, forward or backward. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { startsOf, withinDocuments, type Packing } from '../../src/attention/documents';
import { layoutOf } from '../../src/attention/layout';
import { patternSpec } from '../../src/attention/registry';
import { random } from '../../src/core/random';
import { makeFeed } from '../../src/data/batches';
import { corpusOfText } from '../../src/data/ownText';
import { sources } from '../../src/data/registry';
import type { Batch } from '../../src/data/source';
import { hostMachine } from '../../src/machines/hostMachine';
import { positionsOf } from '../../src/model/documents';
import { place, placeGrad } from '../../src/ops/place/kernel';
import { rotationTable, virtualPositions } from '../../src/ops/place/angles';
import { Decoder } from '../../src/model/decode/decoder';
import { initialWeights } from '../../src/model/weights';
import { tapes } from '../../src/reference/taped';
import { modelSpecOf } from '../../src/spec/model';
import type { RunSpec } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';
import type { Models } from '../../src/train/model';
import { Trainer } from '../../src/train/trainer';
import { Zebra, zebras } from '../../src/train/zebra';
import { relativeError } from '../support/fixtures';
import { modules } from '../support/simd';
import { small } from '../model/small';

const T = 64;
const BEGINS = [
  [9, 30],
  [1, 2, 47],
];
const B = BEGINS.length;
const spec = small.modelOf([
  patternSpec('global', {}),
  patternSpec('local', { window: 6 }),
  patternSpec('causal & dilated(3)', {}),
  patternSpec('sinks', { window: 5 }),
]);
/** Masks defined by distance only: sinks are counted from the row's beginning, documents or not. */
const relative = { ...spec, layers: spec.layers.slice(0, 3) };
const V = spec.vocabulary;
const weights = small.far(initialWeights(spec, 3));
const starts = Int32Array.from(BEGINS.flatMap((begins) => [...startsOf(T, begins)]));
const { below } = random('tokens of documents');
const ids = () => Int32Array.from({ length: B * T }, () => below(V));
const batch: Batch = {
  tokens: ids(),
  targets: ids(),
  weights: new Float32Array(B * T).fill(1),
  starts,
};
const row = (b: number) => ({
  tokens: batch.tokens.subarray(b * T, (b + 1) * T),
  starts: starts.subarray(b * T, (b + 1) * T),
});

const machines = {
  loops: () => hostMachine(),
  'WebAssembly SIMD': () => hostMachine(modules().module),
};
const open = (machine: () => ReturnType<typeof hostMachine>, documents: Packing, of = spec) =>
  Zebra.open(machine(), of, small.far(initialWeights(of, 3)), { batch: B, documents });

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe.each(Object.entries(machines))('on %s', (_, machine) => {
  describe.each(['masked', 'restart'] as const)('%s', (documents) => {
    test('another token in one document changes no bit of another’s logits', async () => {
      const model = await open(machine, documents);
      for (const b of [0, 1]) {
        const { tokens, starts: own } = row(b);
        const before = await model.logits(tokens, own);
        for (const changed of [0, own[T - 1]! - 1, own[T - 1]!]) {
          const others = tokens.slice();
          others[changed] = (others[changed]! + 1) % V;
          const after = await model.logits(others, own);
          for (let t = 0; t < T; t++) {
            const at = [before, after].map((logits) => logits.slice(t * V, (t + 1) * V));
            if (own[t] !== own[changed]) expect(at[1]).toEqual(at[0]);
            else if (t === changed) expect(at[1]).not.toEqual(at[0]);
          }
        }
      }
      model.dispose();
    });

    test('the gradient of one document does not depend on the content of the others', async () => {
      const learned = [];
      for (const shift of [0, 1]) {
        const model = await open(machine, documents);
        // Only the second document of the first row is scored; everything else becomes other tokens.
        const scored = batch.weights.map((_, i) => +(i < T && starts[i] === 9));
        const tokens = batch.tokens.map((id, i) => (scored[i] ? id : (id + shift) % V));
        model.train({ ...batch, tokens, weights: scored }, 0.01);
        await model.reports();
        learned.push(await model.gradients());
        model.dispose();
      }
      let largest = 0;
      for (const [name, values] of learned[0]!) {
        expect(learned[1]!.get(name), name).toEqual(values);
        for (const value of values) largest = Math.max(largest, Math.abs(value));
      }
      expect(largest).toBeGreaterThan(1e-3);
    });

    test('every document has the same logits as alone in a row', async () => {
      const packed = await open(machine, documents, relative);
      const alone = await open(machine, 'off', relative);
      for (const b of [0, 1]) {
        const { tokens, starts: own } = row(b);
        const together = await packed.logits(tokens, own);
        for (const start of new Set(own)) {
          const length = own.filter((one) => one === start).length;
          const only = new Int32Array(T); // no earlier query reads the tokens after it
          only.set(tokens.subarray(start, start + length));
          const expected = (await alone.logits(only)).subarray(0, length * V);
          const got = together.subarray(start * V, (start + length) * V);
          // In a shared row the angles are larger and rounded differently; only their differences count.
          const within = documents === 'restart' ? 1e-6 : 1e-4;
          expect(relativeError(got, expected)).toBeLessThan(within);
        }
      }
      packed.dispose();
      alone.dispose();
    });

    test('a step equals that of the composed model', async () => {
      const results = [];
      for (const models of [zebras(machine()), tapes()] as Models[]) {
        const model = await models.open(spec, weights, { batch: B, documents });
        const rows = await model.evaluate(batch);
        const maps = await model.maps(row(1).tokens, row(1).starts);
        model.train(batch, 0.01);
        const [report] = await model.reports();
        results.push({ rows, maps, report: report!, m: (await model.snapshot()).m });
        model.dispose();
      }
      const [own, composed] = results as [(typeof results)[0], (typeof results)[0]];
      expect(own.report.loss).toBeCloseTo(composed.report.loss, 5);
      expect(own.report.gradNorm / composed.report.gradNorm).toBeCloseTo(1, 4);
      expect(relativeError(own.m, composed.m)).toBeLessThan(1e-4);
      expect(relativeError(own.rows, composed.rows)).toBeLessThan(1e-4);
      own.maps.forEach((map, l) =>
        expect(relativeError(map, composed.maps[l]!)).toBeLessThan(1e-4),
      );
    });

    test('generation continues a single document: with a cache the logits are the same as without', async () => {
      const model = await open(machine, documents);
      model.train(batch, 0.01); // tables of other documents are there now
      await model.reports();
      const { tokens } = row(0);
      const expected = await model.logits(tokens);
      const decoder = new Decoder(spec, await model.weights());
      tokens.forEach((token, t) => {
        const got = decoder.next(token);
        expect(relativeError(got, expected.slice(t * V, (t + 1) * V))).toBeLessThan(1e-4);
      });
      model.dispose();
    });
  });

  test('without documents kept apart, borders in the batch change nothing', async () => {
    const reports = [];
    for (const given of [batch, { ...batch, starts: undefined }] as Batch[]) {
      const model = await Zebra.open(machine(), spec, weights, { batch: B });
      model.train(given, 0.01);
      reports.push([await model.reports(), (await model.snapshot()).weights]);
      model.dispose();
    }
    expect(reports[1]).toEqual(reports[0]);
  });
});

test('averages of chunks cannot be kept apart, which is reported before anything is allocated', async () => {
  const approximate = { ...spec, layers: [patternSpec('approximate', { window: 4, chunk: 2 })] };
  await expect(
    Zebra.open(hostMachine(), approximate, initialWeights(approximate, 1), {
      batch: 1,
      documents: 'masked',
    }),
  ).rejects.toThrow(/averages of chunks/);
});

test('a run keeps the documents of its held-out text apart, and counts what is left', async () => {
  const text = Array.from({ length: 90 }, (_, i) => `Paragraph ${i} says a little.`).join('\n\n');
  const source = sources.get('own-text');
  const corpus = corpusOfText(text);
  const run: RunSpec = {
    ...DEFAULTS,
    task: 'own-text',
    layers: 2,
    width: 16,
    heads: 2,
    window: 8,
    batch: 2,
    documents: 'masked',
  };
  const feed = (packed: boolean) =>
    makeFeed(source, { corpus, T: 64, batch: 2, distance: 1, seed: 1, packed });
  const trainer = await Trainer.open(zebras(hostMachine()), run, source, feed(true));
  const [kept, together] = [
    await trainer.validate(),
    await (
      await Trainer.open(zebras(hostMachine()), { ...run, documents: 'off' }, source, feed(false))
    ).validate(),
  ];
  expect(together.kept).toBeUndefined();
  expect(kept.tokens).toBe(together.tokens);
  expect(kept.loss).not.toBe(together.loss);

  let [inside, all] = [0, 0];
  for (const { starts: own } of feed(true).validation)
    for (const { pattern, params } of modelSpecOf(run).layers)
      for (let i = 0; i < own!.length; i++) {
        const t = i % 64;
        const least = pattern === 'global' ? 0 : Math.max(0, t - params['window']! + 1);
        for (let k = least; k <= t; k++) {
          all++;
          if (own![i - t + k] === own![i]) inside++;
        }
      }
  expect(kept.kept).toBeCloseTo(inside / all, 10);

  const frame = await trainer.frame();
  expect(frame.begins).toEqual([...new Set(feed(true).watched.starts!)].slice(1));
  const starts = feed(true).watched.starts!;
  modelSpecOf(run).layers.forEach((layer, l) => {
    const layout = withinDocuments(layoutOf(layer, 64), starts);
    if (!('first' in layout)) throw new Error('an interval was expected');
    const expected = Uint8Array.from({ length: 64 * 64 }, (_, i) => {
      const [q, k] = [Math.floor(i / 64), i % 64];
      return +(layout.first[q]! <= k && k <= q);
    });
    expect(frame.layers[l]!.mask).toEqual(expected);
  });
});

test('a token is rotated by its position in its document, and back', () => {
  const [T, d, rows] = [12, 8, 2];
  const own = Int32Array.from([...startsOf(T, [5]), ...startsOf(T, [2, 7])]);
  const positions = positionsOf(own, T);
  expect([...positions]).toEqual([
    ...[0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 5, 6],
    ...[0, 1, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4],
  ]);
  const { normal } = random('turning');
  const sizes = { T, summaries: 0, heads: 1, kvHeads: 1, headDim: d, chunk: 1, pre: 0 };
  const table = rotationTable(virtualPositions(T, 1, 0), d, 10_000);
  const [means, whole] = [
    new Float32Array(0),
    Float32Array.from({ length: rows * T * 3 * d }, normal),
  ];
  const turned = whole.slice();
  place.host({ qkv: turned, table, positions, means }, { ...sizes, own: 1 }, {});
  // The same from a table with each row's own angles.
  for (let b = 0; b < rows; b++) {
    const angles = Float32Array.from({ length: T * d }, (_, i) => {
      const t = Math.floor(i / d);
      return table[positions[b * T + t]! * d + (i % d)]!;
    });
    const row = whole.slice(b * T * 3 * d, (b + 1) * T * 3 * d);
    place.host({ qkv: row, table: angles, positions, means }, { ...sizes, own: 0 }, {});
    expect(turned.slice(b * T * 3 * d, (b + 1) * T * 3 * d)).toEqual(row);
  }
  placeGrad.host({ dqkv: turned, table, positions, dmeans: means }, { ...sizes, own: 1 }, {});
  expect(relativeError(turned, whole)).toBeLessThan(1e-6);
});
