/**
 * @file Lists the files of a build for use without a network, in `offline-files.json`: path, size, hash and group. It
 * reads them from the folder when everything has been written, so the hashes are those of the files that a host serves.
 * Every page's HTML names the version, which is a hash of all files before that name is added.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { languageOf } from './languages.mjs';

const FILE = 'offline-files.json';

/** Not fetched by any page: for hosts, search engines and link previews; and the worker, which browsers keep themselves. */
const LEFT_OUT = /^(_headers|robots\.txt|sitemap\.xml|service-worker\.js|offline-files\.json|previews\/.*|.*\.map|.*\.(gz|br))$/; // prettier-ignore

/** The first that fits. The reference is two megabytes, and used only if the reader chooses it. */
const GROUPS = [
  ['texts', /(^|\/)corpora\//],
  ['recordings', /(^|\/)recorded\//],
  ['models', /^assets\/.*\.zip$/],
  ['reference', /^assets\/tfjs/],
];
const OPTIONAL = ['reference'];

/** 'site' for pages and scripts, `de/site` if only pages in German need it. */
export function groupOf(path, languages) {
  const group = GROUPS.find(([, like]) => like.test(path))?.[0] ?? 'site';
  const language = languageOf(path, languages);
  return language === undefined ? group : `${language}/${group}`;
}

/** `contents` are the files by their path; pages already name the version. */
export function listOf(version, contents, languages) {
  const files = [...contents]
    .filter(([path]) => !LEFT_OUT.test(path))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, content]) => ({
      path,
      bytes: content.length,
      hash: sha256(content).slice(0, 32),
      group: groupOf(path, languages),
    }));
  return { format: 1, version, optional: OPTIONAL, files };
}

/** Of all files that are listed. */
export function versionOf(contents) {
  const all = createHash('sha256');
  for (const [path, content] of [...contents].sort(([a], [b]) => (a < b ? -1 : 1)))
    if (!LEFT_OUT.test(path)) all.update(`${path}\0${sha256(content)}\n`);
  return all.digest('hex').slice(0, 16);
}

/** A page that names its version, instead of any other. */
export const withVersion = (html, version) =>
  html
    .replace(/(<html[^>]*) data-version="[^"]*"/, '$1')
    .replace('<html', `<html data-version="${version}"`);

/** Writes the list of a built site into its folder, and the version into its pages. */
export function writeList(folder, languages) {
  const contents = new Map(
    readdirSync(folder, { recursive: true })
      .map((name) => name.replaceAll('\\', '/'))
      .filter((name) => statSync(join(folder, name)).isFile())
      .map((name) => [name, readFileSync(join(folder, name))]),
  );
  const pages = [...contents.keys()].filter((path) => path.endsWith('.html'));
  const name = (version) => {
    for (const path of pages)
      contents.set(path, Buffer.from(withVersion(String(contents.get(path)), version)));
  };
  name(''); // a folder that already has a version gets the same one again
  const version = versionOf(contents);
  name(version);
  for (const path of pages) writeFileSync(join(folder, path), contents.get(path));
  writeFileSync(join(folder, FILE), JSON.stringify(listOf(version, contents, languages)));
  return version;
}

/** Where each language's build leaves the names of its files for the build of the whole site (site.mjs). */
export const builtFiles = (tag) =>
  fileURLToPath(new URL(`../../node_modules/.cache/built/${tag}.json`, import.meta.url));

/**
 * Lists the files of a build of one language; the build of the whole site does it once, at its end.
 * @returns {import('vite').Plugin}
 */
export function offline({ tag }) {
  return {
    name: 'zebra-offline',
    apply: 'build',
    enforce: 'post',
    writeBundle: {
      order: 'post',
      sequential: true, // after whatever other plugins write
      handler({ dir }, bundle) {
        if (process.env.ZEBRA_SITE) {
          mkdirSync(dirname(builtFiles(tag)), { recursive: true });
          writeFileSync(builtFiles(tag), JSON.stringify(Object.keys(bundle)));
        } else writeList(dir);
      },
    },
  };
}

function sha256(content) {
  return createHash('sha256').update(content).digest('hex');
}
