/**
 * @file Lists which files of the built site belong to each lesson, for packages of single lessons
 * (src/app/teach/package): `package-files.json`. Better a file too many than one too few; what is left out is other
 * pages, and the text, recordings, models and corpora of other lessons.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { bundled } from '../bundle.mjs';
import { known, lessonFiles } from '../lessons/files.mjs';
import { block, inline } from '../lessons/render.mjs';

export const FILE = 'package-files.json';
const NOTICES = 'third-party-notices.txt';

const LESSON = /\/lessons\/([^/]+)\/(lesson|guide)\.md$/;
const MODEL = /(?:^|\/)models\/([^/]+)\.zip$/;

/** @returns {import('vite').Plugin} */
export function packages({ tag }) {
  /** Below the site's root. */
  const folder = tag === 'en' ? '' : `${tag}/`;
  let base = './';
  return {
    name: 'zebra-packages',
    apply: 'build',
    enforce: 'post',
    configResolved: (config) => void (base = config.base),
    generateBundle: {
      order: 'post', // after workers and notices were emitted
      async handler(_, bundle) {
        const [{ checkAll }, { needsOf }] = await Promise.all([
          bundled('src/lessons/check.ts'),
          bundled('src/lessons/needs.ts'),
        ]);
        const { lessons } = checkAll(lessonFiles(), known(), { block, inline });
        const built = graphOf(this, bundle);
        const each = lessons.map((lesson) => {
          const { files, models } = needsOf(lesson);
          const existing = files.filter((path) => {
            if (existsSync(`public/${path}`)) return true;
            if (!path.startsWith('recorded/adapted/'))
              this.error(`${lesson.id} needs public/${path}, which does not exist`);
            return false;
          });
          return [
            lesson.id,
            new Set([`${folder}index.html`, NOTICES, ...built(lesson.id, models), ...existing]),
          ];
        });
        const all = [...new Set(each.flatMap(([, paths]) => [...paths]))].sort();
        const contentOf = (path) => {
          const { code, source } = bundle[path] ?? {};
          return code ?? source ?? readFileSync(`public/${path}`);
        };
        this.emitFile({
          type: 'asset',
          fileName: folder + FILE,
          source: JSON.stringify({
            version: 1,
            base,
            // Bytes as a ZIP holds them, nearly: each packer packs a little differently.
            files: all.map((path) => [path, deflateRawSync(contentOf(path)).length]),
            lessons: Object.fromEntries(
              each.map(([id, paths]) => [
                id,
                all.flatMap((path, i) => (paths.has(path) ? [i] : [])),
              ]),
            ),
          }),
        });
      },
    },
  };
}

/** A function that lists the built files of one lesson. */
function graphOf(context, bundle) {
  const outputs = Object.values(bundle);
  const chunks = outputs.filter(({ type }) => type === 'chunk');
  const entry = chunks.find(({ isEntry }) => isEntry);
  // Also the scripts of workers, which are built apart; not the service worker, which a package does without.
  const assets = outputs.filter(
    ({ type, fileName }) => type === 'asset' && /^assets\/.*\.(js|wasm|zip|css)$/.test(fileName),
  );
  const modelOf = (asset) =>
    (asset.originalFileNames ?? []).map((name) => MODEL.exec(name)?.[1]).find(Boolean);

  return (lesson, models) => {
    const modules = reachable(context, entry.facadeModuleId, lesson);
    const wanted = chunks.filter(({ moduleIds }) => moduleIds.some((id) => modules.has(id)));
    const files = new Set();
    const scan = (text) => {
      for (const asset of assets) {
        const { fileName } = asset;
        if (files.has(fileName) || fileName.endsWith('.css') || !text.includes(basename(fileName)))
          continue;
        const model = modelOf(asset);
        if (model !== undefined && !models.includes(model)) continue;
        files.add(fileName);
        if (fileName.endsWith('.js')) scan(String(asset.source));
      }
    };
    const take = (chunk) => {
      if (files.has(chunk.fileName)) return;
      files.add(chunk.fileName);
      for (const name of chunk.viteMetadata?.importedCss ?? []) files.add(name);
      for (const name of chunk.imports) if (bundle[name]) take(bundle[name]);
      scan(chunk.code);
    };
    wanted.forEach(take);
    return files;
  };
}

const LESSON_PAGE = '/src/app/lessons/LessonsRoute.svelte';
const isOtherPage = (id) => /\/src\/app\/(lab|compare|masks)\/\w+Route\.svelte$/.test(id);

/** Modules that a lesson can load: from the entry, without other pages and other lessons. */
function reachable(context, entry, lesson) {
  const seen = new Set();
  const visit = (id) => {
    if (seen.has(id)) return;
    seen.add(id);
    const info = context.getModuleInfo(id);
    if (!info) return;
    const namesPages = id.endsWith('/src/app/pages.ts');
    info.importedIds.forEach(visit);
    for (const next of info.dynamicallyImportedIds) {
      const [, name, kind] = LESSON.exec(next) ?? [];
      if (name && (name !== lesson || kind !== 'lesson')) continue;
      if (namesPages && !next.endsWith(LESSON_PAGE)) continue;
      visit(next);
    }
  };
  visit(entry);
  // If the file that names the pages moves, packages would silently contain all of them, or none.
  if (![...seen].some((id) => id.endsWith(LESSON_PAGE)) || [...seen].some(isOtherPage))
    throw new Error(
      `${lesson}: a package has one page, ${LESSON_PAGE}; the build found others or none`,
    );
  return seen;
}
