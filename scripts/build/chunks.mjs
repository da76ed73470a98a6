/**
 * @file How modules are put together into files. The frame (src/main.ts with Svelte, and what home needs) is one file
 * that every page loads. Modules that several of the large pages import are one file per set of these pages, so that no
 * page loads what only others need. What those sets import is in the frame or in files of larger sets.
 */
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));
const PAGES = {
  list: 'app/lessons/LessonsPage.svelte',
  lesson: 'app/lessons/LessonsRoute.svelte',
  lab: 'app/lab/LabRoute.svelte',
  compare: 'app/compare/CompareRoute.svelte',
};

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
    pages ??= Object.entries(PAGES).map(([name, path]) => [name, importedBy(at(path), graph)]);
    if (frame.has(id)) return 'frame';
    return pages.flatMap(([name, modules]) => (modules.has(id) ? [name] : []));
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
        name: (id, graph) => (nameOf(id, graph).length === 0 ? 'shared' : null),
      },
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
