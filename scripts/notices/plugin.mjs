/**
 * @file Writes third-party-notices.txt: every package whose code is in the bundle, of the page or of a worker, with the
 * text of its licence. The list comes from what Rolldown rendered; only what no bundler sees is listed by hand
 * (compiled.mjs).
 */
import { readFileSync } from 'node:fs';
import { COMPILED } from './compiled.mjs';
import { dataNotices, folderOf, packageNotice, standardText } from './packages.mjs';

const FILE = 'third-party-notices.txt';
const RULE = '='.repeat(100);
const INTRODUCTION = `Zebra Lab is under the Apache License 2.0. The built site also carries the code and the data named here.`;

/**
 * Workers are bundled separately, each before the page: the plugin of `workers` records, that of `page` records and
 * writes.
 */
export function notices() {
  /** @type {Map<string, Set<string>>} folder of a package to the copyright lines of its bundled files */
  const packages = new Map();
  const compiled = new Set();

  const add = (folder, lines = []) => {
    if (!packages.has(folder)) packages.set(folder, new Set());
    for (const line of lines) packages.get(folder).add(line);
  };
  const note = (id) => {
    const path = id.replace(/\?.*$/, '');
    if (path.endsWith('.wasm')) compiled.add(path);
    const folder = folderOf(path);
    if (folder) add(folder, id.startsWith('\0') ? [] : copyrightIn(path));
  };
  const noteAll = (bundle) => {
    for (const chunk of Object.values(bundle))
      for (const id of chunk.type === 'chunk' ? chunk.moduleIds : []) note(id);
  };

  return {
    /** @type {() => import('vite').Plugin[]} */
    workers: () => [
      { name: 'zebra-notices-workers', generateBundle: (_, bundle) => noteAll(bundle) },
    ],
    /** @type {import('vite').Plugin} */
    page: {
      name: 'zebra-notices',
      configureServer: ({ middlewares }) =>
        void middlewares.use(`/${FILE}`, (_request, response) =>
          response.end(`The build writes ${FILE}: npm run build && npm run preview`),
        ),
      generateBundle(_, bundle) {
        noteAll(bundle);
        const parts = [...compiled].flatMap((path) => {
          const found = COMPILED.find(({ file }) => file.test(path));
          if (!found)
            this.error(`scripts/notices/compiled.mjs does not say what is inside ${path}`);
          for (const name of found.packages ?? []) add(`node_modules/${name}`);
          return found.parts ?? [];
        });
        const code = [...packages].map(([folder, lines]) => packageNotice(folder, [...lines]));
        const inside = [...new Set(parts)].map((part) => ({
          ...part,
          name: `${part.name} (compiled into TensorFlow.js’s WebAssembly)`,
          text: standardText(part.licence, part.copyright),
        }));
        const byName = (a, b) => a.name.localeCompare(b.name, 'en');
        const all = [...code.sort(byName), ...inside.sort(byName), ...dataNotices().sort(byName)];
        this.emitFile({ type: 'asset', fileName: FILE, source: textOf(all) });
      },
    },
  };
}

/** The copyright lines in the comments of a file. Wasm and the like have none. */
function copyrightIn(path) {
  if (!/\.([cm]?js|svelte)$/.test(path)) return [];
  const comments = readFileSync(path, 'utf8').match(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm) ?? [];
  return comments
    .flatMap((comment) => comment.split('\n'))
    .map((line) => line.replace(/^[\s/*]+|[\s/*]+$/g, ''))
    .filter((line) => /^(@?copyright|\(c\)|©).*\d{4}/i.test(line));
}

/** The mark at its start tells browsers that it is UTF-8, whatever the host says. */
const textOf = (all) =>
  [
    `\uFEFFThird-party notices\n\n${INTRODUCTION}\n`,
    ...all.map(({ name }) => `  ${name}`),
    '',
    ...all.map(({ name, licence, copyright, text }) =>
      [RULE, name, `Licence: ${licence}`, ...copyright, RULE, '', text, ''].join('\n'),
    ),
  ].join('\n');
