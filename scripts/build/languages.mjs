/**
 * @file Which built files only pages in one language need, so that a reader takes along their own language alone.
 *
 * A file below a folder named like a key (`de/lab/index.html`) belongs to that language. Scripts in `assets/` are in one
 * folder for all: a plugin adds their paths here while it generates the bundle, as in
 * `languageFiles.get('de').add('assets/de-1a2b3c4d.js')`. Files that no language has are for all of them. Files of the
 * root's own language may be added under its key, too; without that, every language takes them along.
 *
 * @type {Map<string, Set<string>>}
 */
export const languageFiles = new Map([['en', new Set()]]);

/** The language that a file is for; undefined if it is for all of them, also if several have added it. */
export function languageOf(path, languages = languageFiles) {
  const [folder] = path.split('/');
  if (languages.has(folder) && path !== folder) return folder;
  const found = [...languages].filter(([, paths]) => paths.has(path)).map(([language]) => language);
  return found.length === 1 ? found[0] : undefined;
}
