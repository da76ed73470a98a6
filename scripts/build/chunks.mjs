/**
 * @file How modules are put together into files. The frame (src/main.ts with Svelte, and what home needs) is one file
 * that every page loads. Modules that several of the large pages import are one file per set of these pages, so that no
 * page loads what only others need. What those sets import is in the frame or in files of larger sets. A lesson's
 * exercises are apart: most lessons have most of EARLY, and load the other kinds only for their own exercises.
 */
import { fileURLToPath } from 'node:url';
import { kindIds } from '../lessons/files.mjs';

const at = (path) => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));
/** The components of pages, and what a lesson loads after its text: modules in src. */
export const PAGES = {
  list: ['app/lessons/LessonsPage.svelte'],
  lesson: ['app/lessons/LessonsRoute.svelte'],
  // What a lesson loads after its text, with the views that most lessons show.
  stage: [
    'app/lessons/stageCode.ts',
    'app/lessons/stageViews/Curve.svelte',
    'app/lessons/stageViews/Maps.svelte',
    'app/lessons/stageViews/Stripes.svelte',
  ],
  lab: ['app/lab/LabRoute.svelte'],
  compare: ['app/compare/CompareRoute.svelte'],
  // What the Lab and Compare load after their headers.
  labCode: ['app/lab/labCode.ts'],
  compareCode: ['app/compare/compareCode.ts'],
};

/** Kinds of exercises that are in one file with what reads a lesson. */
const EARLY = ['choice', 'explain', 'order', 'predict'];
const isOfCourse = (id) => /\/src\/(lessons|app\/course)\//.test(id);
const FIRST = ['lab', 'compare'];
/** What is loaded after the first part of a page, and which pages that may be. */
const AFTER = { stage: ['lesson'], labCode: FIRST, compareCode: FIRST };

/** Rolldown's `codeSplitting`. */
export function chunks() {
  let frame;
  let pages;
  const nameOf = (id, graph) => {
    frame ??= new Set([
      ...importedBy(at('main.ts'), graph),
      ...[...importedBy(at('app/home/HomeRoute.svelte'), graph)].filter(
        (one) => !one.includes('/src/app/home/') && !one.includes('virtual:home'),
      ),
    ]);
    pages ??= Object.entries(PAGES).map(([name, paths]) => [
      name,
      new Set(paths.flatMap((path) => [...importedBy(at(path), graph)])),
    ]);
    if (frame.has(id)) return 'frame';
    const names = pages.flatMap(([name, modules]) => (modules.has(id) ? [name] : []));
    // What a lesson, the Lab or Compare needs first and another of them later is in a file that they begin with: many
    // small files take longer than a few kB more.
    const first = names.some((name) => name === 'lesson' || FIRST.includes(name));
    const later = names.some((name) => AFTER[name] === FIRST);
    const all = first && later ? [...names, ...FIRST] : names;
    // What comes after a page finds what both import loaded already.
    return Object.keys(PAGES).filter(
      (name) => all.includes(name) && !AFTER[name]?.some((page) => all.includes(page)),
    );
  };
  /** Whether it imports modules of lessons alone. In the shared file, it would bring them to every page. */
  const needsLesson = (id, graph) =>
    [...importedBy(id, graph)].some((one) => String(nameOf(one, graph)) === 'lesson');
  let kinds;
  /** Kinds of exercises that import this module, or are this one. */
  const kindsWith = (id, graph) => {
    kinds ??= kindIds().map((kind) => [
      kind,
      importedBy(at(`lessons/exercises/${kind}.ts`), graph),
    ]);
    return kinds.flatMap(([kind, modules]) => (modules.has(id) ? [kind] : []));
  };
  /** Of the modules that lessons and pages about lessons import. */
  const courseNameOf = (id, graph) => {
    if (!isOfCourse(id)) return null;
    const names = nameOf(id, graph);
    const of = kindsWith(id, graph);
    if (
      String(names) === 'lesson' ||
      (names.length === 0 && EARLY.some((kind) => of.includes(kind)))
    )
      return 'course';
    return names.length === 0 && of.includes('number') ? 'number' : null;
  };
  return {
    groups: [
      {
        priority: 1,
        includeDependenciesRecursively: false, // they are in a file of their own set
        name(id, graph) {
          const name = nameOf(id, graph);
          return name === 'frame' ? name : name.length > 1 ? `for-${name.join('-')}` : null;
        },
      },
      {
        minShareCount: 5,
        includeDependenciesRecursively: false, // a lesson would load all of it for its own modules
        name: (id, graph) =>
          nameOf(id, graph).length === 0 &&
          kindsWith(id, graph).length === 0 &&
          !needsLesson(id, graph)
            ? 'shared'
            : null,
      },
      { includeDependenciesRecursively: false, name: courseNameOf },
    ],
  };
}

/** A module and all that it imports, except on demand. */
function importedBy(root, graph) {
  const found = new Set();
  const open = [root];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    open.push(...(graph.getModuleInfo(id)?.importedIds ?? []));
  }
  return found;
}
