/**
 * @file `npm run test:interop:configs [-- --write]`: passes every model type of the table to transformers and compares
 * layer types, masks bit for bit, what its own cache holds, and how many weights its models have; --write stores the
 * results in test/fixtures/interop/configs.json, which the unit tests read.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { bundled } from '../bundle.mjs';
import { optionsOf } from '../options.mjs';
import { HERE, python, ROOT, run } from './python.mjs';

const { values } = optionsOf('npm run test:interop:configs -- [--write]', {
  write: { type: 'boolean' },
});

const FIXTURE = join(ROOT, 'test/fixtures/interop/configs.json');
const { cacheCases, causalOf, changedCases, compared, LENGTHS, maskCases, T } = await bundled(
  'scripts/interop/configTypes.ts',
);
const { comparedPairs, pairCases, SOURCE, WRITTEN } = await bundled('scripts/interop/pairs.ts');
const { comparedWeights, weightCases } = await bundled('scripts/interop/weights.ts');
const { comparedImages, imageCases, TOKENS } = await bundled('scripts/interop/images.ts');
const RELEASED = join(ROOT, 'src/masks/released');
const weights = weightCases(
  readdirSync(RELEASED)
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({
      id: name.slice(0, -5),
      fields: JSON.parse(readFileSync(join(RELEASED, name), 'utf8')).config,
    })),
);
const masks = [...maskCases(), ...changedCases].map((one) => ({ ...one, causal: causalOf(one) }));
const folder = mkdtempSync(join(tmpdir(), 'interop-'));
let results;
try {
  const [asked, found] = ['cases.json', 'results.json'].map((name) => join(folder, name));
  writeFileSync(asked, JSON.stringify({ T, lengths: LENGTHS, masks, caches: cacheCases }));
  run(python(), join(HERE, 'model_types.py'), asked, found);
  results = JSON.parse(readFileSync(found, 'utf8'));
  writeFileSync(asked, JSON.stringify({ source: SOURCE, written: WRITTEN, pairs: pairCases }));
  run(python(), join(HERE, 'pairs.py'), asked, found);
  const { pairs, failed } = JSON.parse(readFileSync(found, 'utf8'));
  writeFileSync(asked, JSON.stringify({ weights }));
  run(python(), join(HERE, 'weights.py'), asked, found);
  const counted = JSON.parse(readFileSync(found, 'utf8'));
  writeFileSync(asked, JSON.stringify({ tokens: TOKENS, cases: imageCases }));
  run(python(), join(HERE, 'images.py'), asked, found);
  const withImages = JSON.parse(readFileSync(found, 'utf8'));
  results = {
    ...results,
    pairs,
    images: withImages.images,
    weights: counted.weights,
    failed: { ...results.failed, ...failed, ...counted.failed, ...withImages.failed },
  };
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const lines = (object) =>
  `{\n${Object.entries(object)
    .map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)
    .join(',\n')}\n}`;
const text = `{\n"transformers": ${JSON.stringify(results.transformers)},\n"masks": ${lines(results.masks)},\n"caches": ${lines(results.caches)},\n"pairs": ${lines(results.pairs)},\n"images": ${lines(results.images)},\n"weights": ${lines(results.weights)},\n"failed": ${lines(results.failed)}\n}\n`;
const { wrong: ofDecoders, said } = compared(results);
const wrong = [
  ...ofDecoders,
  ...comparedPairs(results.pairs),
  ...comparedImages(results.images),
  ...comparedWeights(weights, results.weights),
];
if (values.write) writeFileSync(FIXTURE, text);
// The order of names within a line is that of a Python set, which differs from run to run.
else if (
  !existsSync(FIXTURE) ||
  !isDeepStrictEqual(JSON.parse(readFileSync(FIXTURE, 'utf8')), JSON.parse(text))
)
  wrong.push(`${FIXTURE} holds something else; npm run test:interop:configs -- --write`);
console.log(`${said}, ${Object.keys(results.pairs).length} encoders and decoders`);
if (Object.keys(results.failed).length > 0) console.log(results.failed);
if (wrong.length > 0) {
  console.error(wrong.join('\n'));
  process.exit(1);
}
