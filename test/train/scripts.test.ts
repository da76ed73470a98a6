import { describe, expect, test } from 'vitest';
import { surveyOf } from '../../src/data/alphabet';
import { makeFeed } from '../../src/data/batches';
import { corpusOfText } from '../../src/data/ownText';
import type { CorpusSource } from '../../src/data/source';
import { exportFiles } from '../../src/model/files/exportFolder';
import { openHuggingFace } from '../../src/model/files/openFolder';
import { hostMachine } from '../../src/machines/hostMachine';
import { readCheckpoint, writeCheckpoint } from '../../src/model/files/checkpoint';
import { openedCheckpoint, openedElsewhere } from '../../src/model/files/opened';
import { modelSpecOf } from '../../src/spec/model';
import { sourceOf, type RunSpec } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';
import { checkpointFrom, snapshotFrom } from '../../src/train/keep';
import { Trainer } from '../../src/train/trainer';
import { zebras } from '../../src/train/zebra';
import { scripts } from '../support/scripts';

async function trainer(text: string, alphabet: string) {
  const spec: RunSpec = {
    ...DEFAULTS,
    task: 'own-text',
    alphabet,
    context: 24,
    width: 16,
    heads: 2,
    layers: 1,
    plan: 'global',
    batch: 4,
    rate: 0.03,
    warmup: 2,
  };
  const source = sourceOf(spec) as CorpusSource;
  const corpus = corpusOfText(text, source.vocabulary);
  const feed = makeFeed(source, { corpus, T: 24, batch: 4, distance: 1, seed: 1 });
  return { spec, source, run: await Trainer.open(zebras(hostMachine()), spec, source, feed) };
}

describe.each([
  ...scripts.map(([name, text]) => [name, text, surveyOf(text).alphabet] as const),
  ...scripts
    .filter(([name]) => ['Hindi', 'Chinese'].includes(name))
    .map(([name, text]) => [`${name} in bytes`, text, 'bytes'] as const),
])('a text in %s', (_, text, alphabet) => {
  test(
    'is learned, generated in its own characters, saved and exported',
    { timeout: 60_000 },
    async () => {
      const { spec, source, run } = await trainer(text, alphabet);
      const V = source.vocabulary.size;
      expect(modelSpecOf(spec).vocabulary).toBe(V);
      const first = await run.next();
      expect(Math.abs(first.loss - Math.log(V))).toBeLessThan(0.5); // guessing
      for (let step = 0; step < 25; step++) await run.next();
      expect((await run.next()).loss).toBeLessThan(Math.log(V) - 0.7);

      const { prompt, text: wrote } = await run.sample();
      const own = new Set([...source.vocabulary.normalise(text), source.vocabulary.unknown]);
      expect(wrote.length).toBeGreaterThan(0);
      if (alphabet !== 'bytes')
        for (const one of wrote) expect(own, `it wrote ${JSON.stringify(one)}`).toContain(one);
      expect(text.normalize('NFC')).toContain(prompt);
      const { tokens } = await run.frame();
      expect(tokens.every((label) => label !== '')).toBe(true);

      const kept = writeCheckpoint(checkpointFrom(spec, await run.snapshot(), text));
      const checkpoint = readCheckpoint(kept);
      expect(checkpoint.spec).toEqual(spec);
      run.restore(snapshotFrom(checkpoint, spec));
      const opened = openedCheckpoint('own', checkpoint);
      expect(text.normalize('NFC')).toContain(opened.example);
      const { lettering } = opened;
      const asked = lettering.read(opened.example);
      expect(asked.strange.size).toBe(0);
      expect(lettering.write(asked.tokens)).toBe(opened.example);
      expect(lettering.pieces(asked.tokens).join('')).toBe(opened.example);

      const vocabulary = lettering.bytes
        ? 'bytes'
        : Array.from({ length: V }, (_, id) => lettering.write([id]));
      const { model, weights } = opened;
      const files = exportFiles({
        model,
        weights,
        vocabulary,
        provenance: { title: 'own', lines: [] },
      });
      const again = openHuggingFace(files);
      expect(again.vocabulary).toEqual(vocabulary);
      const elsewhere = openedElsewhere('own', again.model, again.weights, again.vocabulary);
      expect(elsewhere.lettering.read(opened.example).tokens).toEqual(asked.tokens);
      expect(elsewhere.lettering.write(asked.tokens)).toBe(opened.example);
      run.dispose();
    },
  );
});

test('a character without a token is reported, and read as □', async () => {
  const [, text] = scripts.find(([name]) => name === 'Greek')!;
  const { run, spec } = await trainer(text, surveyOf(text).alphabet);
  const { lettering } = openedCheckpoint('greek', checkpointFrom(spec, await run.snapshot(), text));
  const read = lettering.read('ζ你');
  expect([...read.strange]).toEqual([['你', 1]]);
  expect(read.tokens.at(-1)).toBe(0);
  expect(read.becomes).toContain('□');
  run.dispose();
});
