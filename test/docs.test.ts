/**
 * @file What the project says about itself: every link leads somewhere, every command exists, every list is complete.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { format } from 'prettier';
import { describe, expect, test } from 'vitest';

const read = (path: string) => readFileSync(path, 'utf8');
const below = (folder: string, ending: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
    .sort();

/** Markdown for people who work on the project; lessons have tests of their own. */
const documents = [
  ...readdirSync('.').filter((name) => name.endsWith('.md')),
  ...below('docs', '.md'),
  ...below('.github', '.md'),
  'lessons/README.md',
  'models/README.md',
  'src/masks/released/README.md',
].map((path) => ({ path, text: read(path) }));

const withoutCode = (text: string) =>
  text.replaceAll(/^(`{3,})[\s\S]*?^\1/gm, '').replaceAll(/`[^`\n]*`/g, '');

/** As GitHub and others make it: small letters, no punctuation, hyphens for spaces. */
const anchorsOf = (text: string) =>
  [...text.replaceAll(/^(`{3,})[\s\S]*?^\1/gm, '').matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );

const linksOf = (text: string) =>
  [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^(https?|mailto):/.test(target));

describe.each(documents)('$path', ({ path, text }) => {
  test('links to files and headings that exist', () => {
    const broken = linksOf(text).filter((target) => {
      const [file = '', anchor] = target.split('#');
      const at = file === '' ? path : normalize(join(dirname(path), decodeURI(file)));
      if (!existsSync(at)) return true;
      if (anchor === undefined) return false;
      return statSync(at).isDirectory() || !anchorsOf(read(at)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});

test('every path in code that CONTRIBUTING and docs/ name exists; NAME and the like are placeholders', () => {
  const generated = /^(public\/corpora|node_modules|dist)/;
  const named = documents
    .filter(({ path }) => !path.startsWith('CHANGELOG'))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/`((?:src|test|scripts|lessons|docs|public|models|spelling)\/[\w./-]*)`/g)]
        .map(([, target]) => target!)
        .filter((target) => !/NAME|NN|name\.ts|\/ID/.test(target) && !generated.test(target))
        .map((target) => ({ path, target })),
    );
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter(({ target }) => !existsSync(target))).toEqual([]);
});

describe('documentation', () => {
  test('every page of docs/ is linked from the README or from a page that is', () => {
    const seen = new Set<string>();
    const follow = (path: string) => {
      if (seen.has(path) || !existsSync(path)) return;
      seen.add(path);
      if (statSync(path).isDirectory())
        return readdirSync(path).forEach((name) => follow(`${path}/${name}`));
      if (path.endsWith('.md'))
        for (const target of linksOf(read(path)))
          follow(normalize(join(dirname(path), target.split('#')[0]!)));
    };
    follow('README.md');
    expect(below('docs', '.md').filter((path) => !seen.has(path))).toEqual([]);
  });

  test('source and pages mention only documents that exist', () => {
    const named = below('src', '')
      .filter((path) => /\.(ts|svelte)$/.test(path))
      .flatMap((path) => {
        const found = [...read(path).matchAll(/(?<![\w/]|’s )docs\/[\w-]+\.md/g)];
        return found.map(([target]) => ({ path, target }));
      });
    expect(named.length).toBeGreaterThan(0);
    // Those of other projects are preceded by the project's name: vLLM's docs/design/….
    expect(named.filter(({ target }) => !existsSync(target))).toEqual([]);
  });

  const inFolder = (folder: string, ending: string) =>
    readdirSync(folder).filter((name) => name.endsWith(ending)).length;
  const counts: readonly (readonly [path: string, what: string, said: RegExp, count: number])[] = [
    ['docs/masks.md', 'lints', /\[(\d+) lints\]/, inFolder('src/masks/lints', '.ts')],
    ['docs/masks.md', 'bugs', /(\d+) masks with known bugs/, inFolder('src/masks/zoo', '.ts')],
    ['docs/planner.md', 'models', /(\d+) released models/, inFolder('src/masks/released', '.json')],
    ['docs/generating.md', 'models', /(\d+) small \*\*trained/, inFolder('models', '.zip')],
    ['docs/limits.md', 'models', /(\d+) small trained/, inFolder('models', '.zip')],
    ...['README.md', 'docs/tour.md', 'docs/teaching.md'].map(
      (path) => [path, 'lessons', /(\d+) lessons/, readdirSync('lessons').length - 1] as const,
    ),
  ];
  test.each(counts)('%s states the right number of its %s', (path, _, said, count) =>
    expect(Number(said.exec(read(path))?.[1])).toBe(count),
  );

  test('the README is at most a screen and a half', () => {
    expect(read('README.md').split('\n').length).toBeLessThanOrEqual(90);
  });

  test('the README gives the two commands to run on a new machine', () => {
    const blocks = [...read('README.md').matchAll(/```sh\n([\s\S]*?)```/g)].map(([, sh]) => sh);
    expect(blocks).toEqual(['npm ci && npm start\n', 'npm ci && npm test\n']);
  });

  test('the README names every folder of the repository', () => {
    const hidden = new Set(read('.gitignore').match(/^[\w-]+(?=\/$)/gm));
    const folders = readdirSync('.', { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .filter((name) => !hidden.has(name));
    const rows = [...read('README.md').matchAll(/\[`(\w+)`\]\(\1\)/g)].map(([, name]) => name!);
    expect(rows.sort()).toEqual(folders.sort());
  });
});

describe('the accessibility report', () => {
  const rows = [...read('docs/accessibility.md').matchAll(/^\| \d\.\d\.\d+ .*$/gm)].map(([row]) => {
    const [criterion, level, conformance, , tests] = row
      .split('|')
      .slice(1)
      .map((cell) => cell.trim());
    return { criterion: criterion!, level, conformance: conformance!, tests: tests! };
  });

  test('judges every criterion of levels A and AA', () => {
    const of = (wanted: string) => rows.filter(({ level }) => level === wanted).length;
    expect({ A: of('A'), AA: of('AA') }).toEqual({ A: 31, AA: 24 });
    expect(new Set(rows.map(({ criterion }) => criterion.split(' ')[0])).size).toBe(rows.length);
    const words = new Set(['supports', 'partially', 'does not', 'not applicable']);
    expect(rows.filter(({ conformance }) => !words.has(conformance))).toEqual([]);
  });

  test('names only tests that exist', () => {
    const named = [...read('docs/accessibility.md').matchAll(/`(\w+(?:\.spec)?\.ts)`/g)].map(
      ([, name]) => name!,
    );
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((name) => !existsSync(`test/e2e/${name}`))).toEqual([]);
  });
});

describe('commands', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const commands = Object.keys(scripts);
  /** npm runs these by itself, before or after another. */
  const callable = commands.filter(
    (name) => !/^(pre|post)/.test(name) || !commands.includes(name.replace(/^(pre|post)/, '')),
  );
  const SHORT = ['start', 'test'];

  test.each(callable)('npm run %s is described in docs/commands.md', (name) => {
    const written = SHORT.includes(name) ? `npm ${name}` : `npm run ${name}`;
    const named = read('docs/commands.md').matchAll(/`(npm [^`]*?)(?: --[^`]*)?`/g);
    const found = [...named].some(([, command]) => command === written);
    expect(found, `docs/commands.md has a row for \`${written}\``).toBe(true);
  });

  test('every command that is mentioned anywhere exists', () => {
    const elsewhere = ['package.json', ...below('.github', '.yml'), ...below('.ci', 'run')];
    const texts = [
      ...documents,
      ...elsewhere.map((path) => ({ path, text: read(path) })),
      ...below('lessons', '.md').map((path) => ({ path, text: read(path) })),
      ...[...below('src', ''), ...below('test', ''), ...below('scripts', '')]
        .filter((path) => /\.(ts|mjs|svelte)$/.test(path))
        .map((path) => ({ path, text: read(path) })),
    ];
    const asked = texts.flatMap(({ path, text }) =>
      [...text.matchAll(/npm run (?!-)([a-z][\w:-]*)/g)].map(([, name]) => ({ path, name: name! })),
    );
    expect(asked.length).toBeGreaterThan(50);
    expect(asked.filter(({ name }) => !commands.includes(name))).toEqual([]);
  });
});

describe('files for GitHub', () => {
  const yaml = [...below('.github', '.yml'), ...below('.github', '.yaml')];
  const workflows = yaml.filter((path) => path.includes('/workflows/'));
  const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };

  test('include workflows for tests, for the site, and nightly for slow checks and a comparison with Python', () => {
    expect(workflows.map((path) => path.split('/').at(-1))).toEqual([
      'deep-nightly.yml',
      'deploy.yml',
      'interop-nightly.yml',
      'test.yml',
    ]);
  });

  test.each(yaml)('%s is formatted YAML', async (path) => {
    const text = read(path);
    expect(await format(text, { parser: 'yaml', singleQuote: true, printWidth: 100 })).toBe(text);
  });

  test.each(workflows)(
    '%s pins its actions by version, and requests only the permissions it needs',
    (path) => {
      const uses = [...read(path).matchAll(/uses: (\S+)/g)].map(([, action]) => action!);
      expect(uses.filter((action) => !/^actions\/[\w-]+@v\d+(\.\d+)*$/.test(action))).toEqual([]);
      expect(read(path)).toMatch(/^permissions:\n {2}contents: read/m);
      expect(read(path).match(/runs-on:/g)).toHaveLength(
        read(path).match(/timeout-minutes:/g)!.length,
      );
    },
  );

  test('use one version of Node everywhere, and package.json allows it', () => {
    const version = read('.nvmrc').trim();
    const [major, minor] = version.split('.').map(Number) as [number, number];
    const [least, leastMinor] = engines.node.replace('>=', '').split('.').map(Number) as [number, number]; // prettier-ignore
    expect(major > least || (major === least && minor >= leastMinor)).toBe(true);
    for (const path of workflows) expect(read(path)).not.toMatch(/node-version:/);
  });

  test('have issue forms and dependency updates that are readable JSON or YAML', () => {
    expect(yaml.filter((path) => path.includes('ISSUE_TEMPLATE')).length).toBeGreaterThan(1);
    expect(existsSync('.github/dependabot.yml')).toBe(true);
  });
});

describe('versions', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  const released = [...read('CHANGELOG.md').matchAll(/^## \[?(\d+\.\d+\.\d+)\]?/gm)].map(
    ([, one]) => one,
  );

  test('the changelog begins with the version of package.json', () =>
    expect(released[0]).toBe(version));

  test('package-lock.json has the same version', () => {
    const lock = JSON.parse(read('package-lock.json')) as { version: string };
    expect(lock.version).toBe(version);
  });
});
