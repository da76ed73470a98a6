import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

/** Each folder of src may import from itself and from the folders named here. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  core: [],
  attention: ['core'],
  data: ['core'],
  spec: ['core', 'attention', 'data', 'ops'], // of ops: what each attention kernel computes
  draw: ['core', 'attention'],
  program: [], // kernels and programs as data
  ops: ['attention', 'program'], // the kernels, and the tiles they walk
  // what is computed, as programs; decode/ with a cache, files/ in and out
  model: ['core', 'attention', 'data', 'spec', 'program', 'ops'],
  compare: ['core', 'attention', 'data', 'spec', 'model'], // several runs as one question
  masks: ['core', 'attention'], // any mask: terms, views, lints, files
  // messages between page and workers, and the page's end of the wire
  workers: ['core', 'attention', 'data', 'spec', 'model', 'masks'],
  figures: ['core', 'attention', 'data', 'spec', 'model'], // the paper's figures as data
  machines: ['core', 'program', 'ops'], // run programs
  train: ['core', 'attention', 'data', 'spec', 'workers', 'program', 'ops', 'model', 'machines'],
  // the specification in tfjs, and its training: a model that the engine can run
  reference: ['core', 'attention', 'data', 'spec', 'ops', 'model', 'machines', 'train'],
  engine: ['core', 'data', 'spec', 'workers', 'ops', 'model', 'machines', 'train', 'reference'],
  '*.worker.ts': ['core', 'data', 'masks', 'machines', 'engine', 'workers'], // the scripts of the workers
  lessons: ['core', 'attention', 'data', 'spec', 'compare', 'masks'],
  session: ['core', 'attention', 'data', 'spec', 'workers', 'model', 'compare'], // runs on a page, from settings to results
  state: [
    'core',
    'attention',
    'data',
    'spec',
    'workers',
    'model',
    'compare',
    'masks',
    'lessons',
    'session',
  ],
  views: ['core', 'attention', 'workers', 'draw', 'masks', 'state'],
  app: [
    'core',
    'attention',
    'data',
    'spec',
    'model',
    'workers',
    'draw',
    'compare',
    'figures',
    'masks',
    'lessons',
    'session',
    'state',
    'views',
  ],
  // what the Python package carries: the pure functions as an engine, and the workbench as a widget
  notebook: ['core', 'attention', 'draw', 'masks', 'workers', 'state', 'views', 'app'],
};
const LONG = 300; // lines
/**
 * Longer files: their lines, rounded up to fifties, and why each is one idea all the same. Components are not listed:
 * they hold markup and style beside their script.
 */
const LONG_FILES: Record<string, readonly [lines: number, because: string]> = {
  'state/workbench.svelte.ts': [
    450,
    'one document: each change of it also changes the layer, the cell, the comparison and what is known about it',
  ],
  'state/openedFile.svelte.ts': [
    350,
    'one file: each reading of it replaces the mask, its words and the comparison on the workbench together',
  ],
  'session/session.svelte.ts': [
    350,
    'one order of steps, from a request to its runs: clear, build, show, open; each way to begin is a few of them',
  ],
  'spec/controls.ts': [350, 'one table: an entry for each setting of a run'],
};
/** Folders that may import tfjs. */
const KNOW_TFJS = ['reference'];
/** Folders whose files are pure: no DOM, no clock, no randomness of their own. */
const PURE = [
  'core',
  'attention',
  'data',
  'spec',
  'draw',
  'program',
  'ops',
  'model',
  'compare',
  'figures',
  'masks',
  'lessons',
];

const sources = import.meta.glob<string>('/src/**/*.{ts,svelte}', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const files = Object.entries(sources).map(([path, text]) => ({
  file: path.slice('/src/'.length),
  home: path.endsWith('.worker.ts') ? '*.worker.ts' : path.split('/')[2]!,
  text,
}));
const imports = files.flatMap(({ file, home, text }) =>
  [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, target]) => ({
    file,
    home,
    target: target!,
  })),
);
const inside = imports
  .filter(({ target }) => target.startsWith('.'))
  .filter(({ target }) => !target.endsWith('?worker&url')) // only the URL of a worker, none of its code
  .map((entry) => ({
    ...entry,
    target: new URL(entry.target, `file:///src/${entry.file}`).pathname.slice('/src/'.length),
  }));

test('there are files and imports to check', () => {
  expect(files.length).toBeGreaterThan(60);
  expect(inside.length).toBeGreaterThan(150);
});

test.each(Object.keys(MAY_IMPORT))('imports of %s point one way', (folder) => {
  const wrong = inside
    .filter(({ home }) => home === folder)
    .filter(({ target }) => ![folder, ...MAY_IMPORT[folder]!].includes(target.split('/')[0]!))
    .map(({ file, target }) => `${file} imports ${target}`);
  expect(wrong).toEqual([]);
});

test('pages share code only through folders that belong to no page', () => {
  const roomOf = (file: string) => /^app\/([^/]+)\//.exec(file)?.[1];
  const pages = new Set(
    files.flatMap(({ file }) => (/(Page|Route)\.svelte$/.test(file) && roomOf(file)) || []),
  );
  expect(pages).toContain('lab');
  const wrong = inside
    .filter(({ home, file, target }) => {
      const [room, other] = [roomOf(file), roomOf(target)];
      return home === 'app' && room && other && other !== room && pages.has(other);
    })
    .map(({ file, target }) => `${file} imports ${target}`);
  expect(wrong).toEqual([]);
});

test.each(Object.keys(MAY_IMPORT))(
  '%s imports from every folder that it may import from',
  (folder) => {
    const used = new Set(
      inside.filter(({ home }) => home === folder).map(({ target }) => target.split('/')[0]!),
    );
    expect(MAY_IMPORT[folder]!.filter((allowed) => !used.has(allowed))).toEqual([]);
  },
);

test(`files of more than ${LONG} lines are listed with the reason`, () => {
  const long = files
    .filter(({ file }) => file.endsWith('.ts'))
    .map(({ file, text }) => ({ file, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > LONG)
    .map(({ file, lines }) => [file, 50 * Math.ceil(lines / 50)]);
  const listed = Object.entries(LONG_FILES).map(([file, [lines]]) => [file, lines]);
  expect(Object.fromEntries(long)).toEqual(Object.fromEntries(listed));
});

test('no file imports itself by way of others', () => {
  const byName = new Map(files.map(({ file }) => [file, file.replace(/\.ts$/, '')]));
  const known = new Map([...byName].map(([file, name]) => [name, file]));
  const targets = new Map<string, string[]>();
  for (const { file, target } of inside) {
    const found = known.get(target) ?? (byName.has(target) ? target : undefined);
    // A component that draws a tree draws itself.
    if (found && found !== file) targets.set(file, [...(targets.get(file) ?? []), found]);
  }
  // What imports nothing but files already left out is in no circle; what stays at last is, or leads to one.
  let left = [...byName.keys()];
  for (let before = -1; before !== left.length;) {
    before = left.length;
    const still = new Set(left);
    left = left.filter((file) => targets.get(file)?.some((target) => still.has(target)));
  }
  expect(left).toEqual([]);
});

test('files of the site are found from its root: the base of a document is that of its page', () => {
  const based = files.filter(({ text }) => text.includes('baseURI')).map(({ file }) => file);
  expect(based).toEqual(['workers/site.ts']);
});

test('every folder is in the table', () => {
  const homes = new Set(files.filter(({ file }) => file.includes('/')).map(({ home }) => home));
  expect([...homes].filter((home) => !(home in MAY_IMPORT))).toEqual([]);
});

test('the reference imports TensorFlow.js as @tensorflow/tfjs, plus only the backends missing from that package', () => {
  const packages = (from: typeof imports) =>
    [...new Set(from.map(({ target }) => target))]
      .filter((target) => target.startsWith('@tensorflow/') && !target.endsWith('.wasm?url'))
      .sort();
  expect(packages(imports)).toEqual([
    '@tensorflow/tfjs',
    '@tensorflow/tfjs-backend-wasm',
    '@tensorflow/tfjs-backend-webgpu',
  ]);
  const whole = imports.filter(({ target }) => target === '@tensorflow/tfjs');
  expect([...new Set(whole.map(({ home }) => home))]).toEqual(['reference']);
  expect(whole.map(({ file }) => file)).toContain('reference/reference.ts');
});

test('only the reference imports tfjs', () => {
  const wrong = imports
    .filter(({ target }) => target.startsWith('@tensorflow/'))
    .filter(({ home }) => !KNOW_TFJS.includes(home))
    .map(({ file }) => file);
  expect(wrong).toEqual([]);
});

test('the reference, and tfjs with it, is loaded only on request', () => {
  const eager = files
    .filter(({ home }) => home !== 'reference')
    .filter(({ text }) => /from\s*'[^']*\/reference\//.test(text))
    .map(({ file }) => file);
  expect(eager).toEqual([]);
  const lazy = inside.filter(
    ({ home, target }) => home !== 'reference' && target.startsWith('reference/'),
  );
  expect(lazy.map(({ file }) => file)).toEqual(['engine/computing.ts']);
});

/** Folders that determine facts. Only the page knows its buttons and their names. */
const FACTS_ONLY = ['engine', 'machines', '*.worker.ts', 'reference', 'train'];

test.each(FACTS_ONLY)(
  '%s does not mention buttons: it reports facts, and the page makes sentences',
  (folder) => {
    const buttons = /\b([Pp]ress|[Cc]lick)\b|\bReset\b|“/;
    const named = files
      .filter(({ home }) => home === folder)
      .flatMap(({ file, text }) => {
        const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
        const strings = code.match(/'[^'\n]*'|"[^"\n]*"|`[^`]*`/g) ?? [];
        return strings.filter((words) => buttons.test(words)).map((words) => `${file}: ${words}`);
      });
    expect(named).toEqual([]);
  },
);

test.each(PURE)('%s is pure', (folder) => {
  const impure =
    /\b(window|performance|localStorage)\s*\.[a-zA-Z]|\bdocument\.(create|query|get|body|add)|\bfetch\(|Math\.random|Date\.now|new Date\b/;
  const wrong = files
    .filter(({ home }) => home === folder)
    .filter(({ text }) => impure.test(text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')))
    .map(({ file }) => file);
  expect(wrong).toEqual([]);
});

describe('the table of layers in docs/architecture.md', () => {
  const LAYERS = readFileSync('docs/architecture.md', 'utf8').split('<!-- layers: ')[1]!;
  const rows = LAYERS.slice(0, LAYERS.indexOf('\n## '))
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const namesIn = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
  const documented = Object.fromEntries(
    rows.map(([, folder, , may]) => [namesIn(folder!)[0]!, namesIn(may!).sort()]),
  );

  test('is the one that this file enforces', () => {
    const enforced = Object.entries(MAY_IMPORT).map(([home, may]) => [home, [...may].sort()]);
    expect(documented).toEqual(Object.fromEntries(enforced));
  });

  test('marks the pure folders', () => {
    const pure = rows.filter((row) => row[4] === 'pure').map((row) => namesIn(row[1]!)[0]!);
    expect(pure.sort()).toEqual([...PURE].sort());
  });

  test('lists each folder below all folders that it may import', () => {
    const order = Object.keys(documented);
    const upward = Object.entries(documented).flatMap(([home, may]) =>
      may
        .filter((name) => order.indexOf(name) >= order.indexOf(home))
        .map((name) => `${home} imports ${name}`),
    );
    expect(upward).toEqual([]);
  });

  test('says what each folder knows', () => {
    expect(rows.filter((row) => row[2] === '').map((row) => row[1])).toEqual([]);
  });
});
