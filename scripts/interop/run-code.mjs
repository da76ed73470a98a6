/**
 * @file `npm run test:interop:code [-- --write]`: runs all exported code in Python, with PyTorch, JAX and transformers, and
 * compares every mask bit for bit with ours, and with the committed test/fixtures/interop/masks.json. --write saves the
 * results there, --opened runs only the code for opened files, --install only makes the environment, and --only WORD
 * runs the cases whose name contains the word and leaves the others unchanged.
 */
import { spawnSync } from 'node:child_process';
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

const FIXTURE = join(ROOT, 'test/fixtures/interop/masks.json');
const CONFIGS = join(ROOT, 'test/fixtures/configs');

const { values } = optionsOf(
  'npm run test:interop:code -- [--only WORD] [--write] [--opened] [--install]',
  {
    only: { type: 'string', default: '' },
    write: { type: 'boolean' },
    opened: { type: 'boolean' },
    install: { type: 'boolean' },
  },
);
if (values.install) {
  python();
  process.exit();
}

const { codeCases, configCases, longCases, ourCode, ourConfig, SABOTAGE, unseenTerms, written } =
  await bundled('scripts/interop/cases.ts');

if (unseenTerms().length > 0) throw new Error(`no case has the terms ${unseenTerms().join(', ')}`);

const withCode = (one, attend = false) => ({ ...one, formats: written(one), attend });
const sabotaged = withCode({ id: 'window', T: 16, layers: ['causal & window(4)'] });
const configs = configCases(
  Object.fromEntries(
    readdirSync(CONFIGS)
      .filter((name) => name.endsWith('.json'))
      .map((name) => [name.replace('.json', ''), readFileSync(join(CONFIGS, name), 'utf8')]),
  ),
);
const asked = ({ id }) => id.includes(values.only);
const cases = {
  // FlexAttention without compilation is slow; what it reads does not depend on the sequence length.
  code: codeCases
    .filter(asked)
    .map((one) => withCode(one, one.T === 33 || /^(plan|library)/.test(one.id))),
  long: longCases.map((one) => withCode(one)),
  sabotage: SABOTAGE.map(([format, right, wrong]) => {
    const code = sabotaged.formats[format];
    if (!code.includes(right)) throw new Error(`${format} does not write ${right}`);
    return { id: `${format}, ${wrong}`, code: code.replace(right, wrong) };
  }),
  configs: configs.filter(asked),
};

/** The code for an opened file agrees with the page, and NumPy reads the repaired file. */
async function checkOpened() {
  const { openedCases, openedRun } = await bundled('scripts/interop/opened.ts');
  const found = [];
  const has = (module) =>
    spawnSync(python(), ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0;
  const missing = ['PIL', 'safetensors'].filter((module) => !has(module));
  for (const one of openedCases) {
    const { code, difference, saved } = await openedRun(one);
    const without = missing.find((module) => code.includes(module));
    if (without) {
      console.log(`${one.id}: not run, because ${without} is not installed`);
      continue;
    }
    const folder = mkdtempSync(join(tmpdir(), 'opened-'));
    try {
      for (const [name, bytes] of Object.entries(one.files))
        writeFileSync(join(folder, name), bytes);
      writeFileSync(join(folder, saved.name), saved.bytes);
      const look = `\nprint(np.load(${JSON.stringify(saved.name)}).shape)\n`;
      writeFileSync(join(folder, 'code.py'), code + look);
      const { stdout, stderr } = spawnSync(python(), ['code.py'], {
        cwd: folder,
        encoding: 'utf8',
      });
      const { cells, first } = difference;
      const cell = `${cells} cells differ, first [[${first.query}, ${first.key}]`;
      const shape = `(${saved.shape.join(', ')})`;
      const said = /^it is (True|False) and should be (True|False)$/m.exec(stdout);
      if (!stdout.includes(cell) || !stdout.includes(shape) || !said || said[1] === said[2])
        found.push(`${one.id}: ${cell} of ${shape} here; there ${stdout}${stderr}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return found;
}

if (values.opened) {
  const found = await checkOpened();
  if (found.length > 0) console.error(found.join('\n'));
  process.exit(found.length > 0 ? 1 : 0);
}

const folder = mkdtempSync(join(tmpdir(), 'interop-'));
let results;
try {
  writeFileSync(join(folder, 'cases.json'), JSON.stringify(cases));
  run(python(), join(HERE, 'check.py'), join(folder, 'cases.json'), join(folder, 'results.json'));
  results = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const wrong = await checkOpened();
const compare = (id, ours, theirs) =>
  ours.forEach((one, i) => {
    const other = theirs[i];
    if (ours.length !== theirs.length || one.pairs !== other.pairs || one.crc !== other.crc)
      wrong.push(`${id}, layer ${i + 1}: ${one.pairs} pairs here, ${other?.pairs} there`);
  });
for (const one of codeCases.filter(asked)) compare(one.id, ourCode(one), results.code[one.id].sums);
for (const one of configs.filter(asked))
  compare(one.id, ourConfig(one), results.configs[one.id].sums);

const lines = (object) =>
  `{\n${Object.entries(object)
    .map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)
    .join(',\n')}\n}`;
const before = existsSync(FIXTURE)
  ? JSON.parse(readFileSync(FIXTURE, 'utf8'))
  : { code: {}, configs: {} };
const all = (cases, kind) =>
  Object.fromEntries(
    cases.flatMap((one) => {
      const made = asked(one) ? results[kind][one.id] : before[kind][one.id];
      return made ? [[one.id, made]] : [];
    }),
  );
const text = `{\n"versions": ${JSON.stringify(results.versions)},\n"code": ${lines(all(codeCases, 'code'))},\n"configs": ${lines(all(configs, 'configs'))}\n}\n`;
if (values.write) {
  mkdirSync(join(FIXTURE, '..'), { recursive: true });
  writeFileSync(FIXTURE, text);
} else if (!existsSync(FIXTURE) || readFileSync(FIXTURE, 'utf8') !== text) {
  wrong.push(
    'test/fixtures/interop/masks.json holds something else; npm run test:interop:code -- --write',
  );
}
if (wrong.length > 0) {
  console.error(wrong.join('\n'));
  process.exit(1);
}
console.log(
  `the same bit for bit; ${Object.entries(results.versions)
    .map((pair) => pair.join(' '))
    .join(', ')}`,
);
