/**
 * @file `npm run test:interop:models [-- --write]`: exported models give the same logits in PyTorch and transformers,
 * token by token; exported training scripts run under torchrun; models of transformers open here. --write stores
 * PyTorch's logits in test/fixtures/interop/models.json, with which `npm test` compares ours without Python; --only
 * WORD runs the models whose name contains the word, and leaves the others unchanged.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundled } from '../bundle.mjs';
import { optionsOf } from '../options.mjs';
import { HERE, python, ROOT, run } from './python.mjs';

const { values } = optionsOf('npm run test:interop:models -- [--only WORD] [--write]', {
  only: { type: 'string', default: '' },
  write: { type: 'boolean' },
});
const FIXTURE = join(ROOT, 'test/fixtures/interop/models.json');
const CLOSE = 1e-3;

const { canPack, CASES, DOCUMENTS, folderOf, ourLogits, packedLogits, TEXT, theirs, TOKENS } =
  await bundled('scripts/interop/models.ts');

const NAMES = Object.keys(CASES).filter((name) => name.includes(values.only));

const folder = mkdtempSync(join(tmpdir(), 'interop-'));
const filesOf = (path) =>
  new Map(
    readdirSync(path)
      .filter((name) => /\.(json|safetensors)$/.test(name))
      .map((name) => [name, new Uint8Array(readFileSync(join(path, name)))]),
  );
const wrong = [];
const furthest = { stock: 0, flex: 0, cached: 0, module: 0, packed: 0, trained: 0, foreign: 0 };
function compare(what, name, ours, other) {
  const far = ours.reduce((most, value, i) => Math.max(most, Math.abs(value - other[i])), 0);
  if (ours.length !== other.length || !(far <= CLOSE))
    wrong.push(`${name}, ${what}: logits differ by ${far}; up to ${CLOSE} is rounding`);
  furthest[what] = Math.max(furthest[what], far);
}

let results;
try {
  for (const name of NAMES) {
    const path = join(folder, 'models', name);
    mkdirSync(path, { recursive: true });
    for (const [file, bytes] of folderOf(name)) writeFileSync(join(path, file), bytes);
  }
  const packed = NAMES.filter((name) => canPack(CASES[name]));
  const cases = { names: NAMES, packed, documents: DOCUMENTS, tokens: [...TOKENS], text: TEXT };
  writeFileSync(join(folder, 'cases.json'), JSON.stringify(cases));
  run(python(), join(HERE, 'models.py'), folder, join(folder, 'results.json'));
  results = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'));

  for (const name of NAMES) {
    const model = CASES[name];
    const ours = ourLogits(model);
    const { module, flex, stock, cached, packed, packedFlex, restart } = results.cases[name];
    compare('module', name, ours, module);
    compare('flex', name, ours, flex);
    if (canPack(model)) {
      compare('packed', name, await packedLogits(model, 'masked'), packed);
      compare('packed', name, await packedLogits(model, 'masked'), packedFlex);
      compare('packed', name, await packedLogits(model, 'restart'), restart);
    }
    if (stock) compare('stock', name, ours, stock);
    if (cached) compare('cached', name, ours, cached);
  }
  for (const [name, { module }] of Object.entries(results.trained ?? {}))
    compare('trained', name, theirs(filesOf(join(folder, 'trained', name)), [...TOKENS]), module);
  for (const [name, { tokens, logits }] of Object.entries(results.foreign))
    compare('foreign', name, theirs(filesOf(join(folder, 'foreign', name)), tokens), logits);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

// Of each model only the last token's logits are stored: they depend on everything before.
const made = Object.fromEntries(
  Object.entries(results.cases).map(([name, { module, architecture, packed }]) => [
    name,
    {
      architecture: architecture ?? 'Zebra',
      logits: module.slice(-CASES[name].vocabulary).map((value) => Number(value.toFixed(4))),
      ...(packed && {
        packed: packed.slice(-CASES[name].vocabulary).map((value) => Number(value.toFixed(4))),
      }),
    },
  ]),
);
const before = existsSync(FIXTURE) ? JSON.parse(readFileSync(FIXTURE, 'utf8')).cases : {};
const kept = Object.fromEntries(
  Object.keys(CASES).flatMap((name) => {
    const one = made[name] ?? (NAMES.includes(name) ? undefined : before[name]);
    return one ? [[name, one]] : [];
  }),
);
const text = `${JSON.stringify({ versions: results.versions, cases: kept }, null, 1)}\n`;
if (values.write) writeFileSync(FIXTURE, text);
else {
  for (const [name, { architecture, logits }] of Object.entries(kept)) {
    const same =
      before[name]?.architecture === architecture &&
      logits.every((value, i) => Math.abs(value - before[name].logits[i]) <= CLOSE);
    if (!same || Object.keys(before).length !== Object.keys(kept).length)
      wrong.push(
        `test/fixtures/interop/models.json holds something else of ${name}; npm run test:interop:models -- --write`,
      );
  }
}
if (wrong.length > 0) {
  console.error(wrong.join('\n'));
  process.exit(1);
}
const said = Object.entries(furthest).map(([what, far]) => `${what} ${far.toExponential(1)}`);
console.log(
  `${NAMES.length} exported models, ${Object.keys(results.trained ?? {}).length} trained under torchrun with two processes, ${Object.keys(results.foreign).length} of transformers opened: logits differ by at most ${said.join(', ')}.`,
);
