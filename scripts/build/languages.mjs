/** @file Which built files only pages in one language need, so that a reader takes along their own language alone. */

/**
 * The language that a file is for; undefined if it is for all of them, also if several have it. `languages` are the
 * files of each that are not below its folder: scripts are in one folder for all.
 */
export function languageOf(path, languages = new Map()) {
  const [folder] = path.split('/');
  if (languages.has(folder) && path !== folder) return folder;
  const found = [...languages].filter(([, paths]) => paths.has(path)).map(([language]) => language);
  return found.length === 1 ? found[0] : undefined;
}
