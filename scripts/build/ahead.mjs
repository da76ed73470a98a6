/**
 * @file Names in the HTML of a page the files that it opens with. Otherwise the browser learns of them one after
 * another: of the page's component from the frame, of a lesson's text from the component.
 */
import { fileURLToPath } from 'node:url';
import { PAGES } from './chunks.mjs';

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const ROUTES = {
  lessons: PAGES.list,
  lab: PAGES.lab,
  compare: PAGES.compare,
  figures: ['app/figures/FiguresPage.svelte'],
  generate: ['app/generate/GenerateRoute.svelte'],
  masks: ['app/masks/MasksRoute.svelte'],
  planner: ['app/planner/PlannerRoute.svelte'],
  teach: ['app/teach/TeachRoute.svelte'],
  class: ['app/teach/ClassRoute.svelte'],
  worksheet: ['app/teach/WorksheetRoute.svelte'],
  test: ['app/teach/TestRoute.svelte'],
  health: ['app/teach/HealthRoute.svelte'],
};

/** The modules that a page loads on demand, but always. */
function modulesOf(folder) {
  const [name, lesson, ...more] = folder.split('/').filter(Boolean);
  if (more.length > 0) return [];
  if (name === 'lessons' && lesson) return [...PAGES.lesson, `../lessons/${lesson}/lesson.md`];
  if (lesson) return [];
  return ROUTES[name] ?? [];
}

/** The HTML with links to these files. */
export function withAhead(html, folder, bundle) {
  const chunks = Object.values(bundle).filter(({ type }) => type === 'chunk');
  const found = new Set();
  const take = (chunk) => {
    if (!chunk || found.has(chunk.fileName)) return;
    found.add(chunk.fileName);
    for (const css of chunk.viteMetadata?.importedCss ?? []) found.add(css);
    for (const name of chunk.imports) take(bundle[name]);
  };
  for (const path of modulesOf(folder)) {
    const id = at(`src/${path}`);
    take(chunks.find(({ facadeModuleId }) => facadeModuleId === id));
  }
  const [, root] = /(?:href|src)="([^"]*)assets\//.exec(html) ?? [];
  if (root === undefined) return html;
  const links = [...found]
    .filter((name) => !html.includes(name))
    .map((name) =>
      name.endsWith('.css')
        ? `<link rel="preload" as="style" crossorigin href="${root}${name}" />`
        : `<link rel="modulepreload" crossorigin href="${root}${name}" />`,
    );
  return html.replace('</head>', `${links.map((link) => `  ${link}\n  `).join('')}</head>`);
}
