import { expect, test } from 'vitest';
import { canPack, CASES, ourLogits, packedLogits } from '../../../scripts/interop/models';
import fixture from '../../fixtures/interop/models.json';

/**
 * Results of PyTorch and transformers for the exported folders, recorded by `npm run test:interop:models -- --write`.
 */
const said: Record<string, { architecture: string; logits: number[]; packed?: number[] }> =
  fixture.cases;

test('every exported model was run in PyTorch', () => {
  expect(Object.keys(said)).toEqual(Object.keys(CASES));
});

test.each(Object.keys(CASES))('our logits equal those of PyTorch: %s', (name) => {
  const model = CASES[name]!;
  const ours = ourLogits(model).slice(-model.vocabulary);
  said[name]!.logits.forEach((logit, v) => expect(Math.abs(logit - ours[v]!)).toBeLessThan(1e-3));
  expect(said[name]!.logits.some((logit) => Math.abs(logit) > 0.1)).toBe(true);
});

test.each(Object.keys(CASES).filter((name) => canPack(CASES[name]!)))(
  'and those of rows that hold several documents: %s',
  async (name) => {
    const model = CASES[name]!;
    const ours = (await packedLogits(model, 'masked')).slice(-model.vocabulary);
    said[name]!.packed!.forEach((logit, v) =>
      expect(Math.abs(logit - ours[v]!)).toBeLessThan(1e-3),
    );
    const alone = said[name]!.logits;
    // Four local layers reach 17 tokens, and the last document is longer.
    if (!/empty rows|chunks|^local$/.test(name))
      expect(said[name]!.packed!.some((logit, v) => Math.abs(logit - alone[v]!) > 0.01)).toBe(true);
  },
);

test('global, local and grouped plans load without our code', () => {
  const stock = Object.entries(said).filter(([, { architecture }]) => architecture !== 'Zebra');
  expect(stock.map(([name]) => name)).toEqual(
    Object.keys(CASES).filter((name) => !/approximate|A|mask|sinks/.test(name)),
  );
});
