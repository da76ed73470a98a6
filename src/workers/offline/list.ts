/**
 * @file The list of a build's files, `offline-files.json`, written by scripts/build/offline.mjs: what the site keeps to
 * work without a network. One list is one version, and a cache has files of exactly one version.
 */
import { list, object, oneOf, readableJson, text, whole, type TypeOf } from '../../core/schema';

export const LIST = 'offline-files.json';

/** In front of the names of the site's caches, which it shares with other sites of the same host. */
const PREFIX = 'zebra-lab';

const fileEntry = object({
  /** Relative to the site's root. */
  path: text({ like: /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[\w@-][\w.@/-]*$/, should: 'a path' }),
  bytes: whole(),
  /** The first 32 hexadecimal digits of its SHA-256. */
  hash: text({ like: /^[0-9a-f]{32}$/, should: '32 hexadecimal digits' }),
  /** What the file is for; `LANGUAGE/…` if only pages in that language need it. */
  group: text({ like: /^[a-z-]+(?:\/[a-z-]+)?$/, should: 'the name of a group' }),
});
export type ListedFile = TypeOf<typeof fileEntry>;

const fileList = object({
  format: oneOf([1]),
  /** Of the whole build. */
  version: text({ like: /^[0-9a-f]{16}$/, should: '16 hexadecimal digits' }),
  /** Groups that are taken along only on request. */
  optional: list(text()),
  files: list(fileEntry, { min: 1, max: 20_000 }),
});
export type FileList = TypeOf<typeof fileList>;

/** Undefined if it is not such a list, such as a page that a network shows in place of the site. */
export const readList = (json: string): FileList | undefined => readableJson(fileList, json);

const languageOf = (group: string): string | undefined =>
  group.includes('/') ? group.slice(0, group.indexOf('/')) : undefined;

/**
 * The groups to take along for pages in this language, and those that are kept of another version; with `everything`,
 * all there are.
 */
export function groupsFor(
  { files, optional }: FileList,
  language: string,
  { had = [], everything = false }: { had?: readonly string[]; everything?: boolean } = {},
): readonly string[] {
  const all = [...new Set(files.map(({ group }) => group))].sort();
  const wanted = (group: string) =>
    [undefined, language].includes(languageOf(group)) && !optional.includes(group);
  return all.filter((group) => everything || had.includes(group) || wanted(group));
}

export const filesOf = ({ files }: FileList, groups: readonly string[]): readonly ListedFile[] =>
  files.filter(({ group }) => groups.includes(group));

export const bytesOf = (files: readonly Pick<ListedFile, 'bytes'>[]): number =>
  files.reduce((sum, { bytes }) => sum + bytes, 0);

/** Two sites of one host keep apart; the root is part of the name. */
export const cacheName = (root: string, version: string): string =>
  `${PREFIX} ${new URL(root).pathname} ${version}`;

export const isOwn = (root: string, cache: string): boolean =>
  cache.startsWith(cacheName(root, ''));

export const urlOf = (root: string, path: string): string => new URL(path, root).href;

/** The version of a cache of this site; undefined for all other caches. */
export function versionOf(root: string, cache: string): string | undefined {
  const version = cache.slice(cacheName(root, '').length);
  return isOwn(root, cache) && /^[0-9a-f]{16}$/.test(version) ? version : undefined;
}

/** The cache of what the service worker remembers (kept.ts). */
export const memoryName = (root: string): string => cacheName(root, 'memory');
