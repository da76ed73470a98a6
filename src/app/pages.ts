/** @file The component of each page, loaded on demand, so that a lesson opens without the Lab; and the page's title. */
import type { Component } from 'svelte';
import type { Engine } from '../workers/train/client';
import type { Page, Route } from './route';

/** A page that needs no engine is passed one anyway and ignores it. */
export interface PageModule {
  readonly default: Component<{ engine: Engine }>;
  /** Loads what the page shows first. */
  readonly prepare?: (route: Route) => Promise<unknown>;
}

/** What is loaded as one: a lesson needs the code of its stage, the list of lessons does not. */
type Part = Page | 'lesson';

export const partOf = ({ page, path = [] }: Pick<Route, 'page' | 'path'>): Part =>
  page === 'lessons' && path.length > 0 ? 'lesson' : page;

const LOADS: Record<Part, () => Promise<unknown>> = {
  home: () => import('./home/HomeRoute.svelte'),
  lessons: () => import('./lessons/LessonsPage.svelte'),
  lesson: () => import('./lessons/LessonsRoute.svelte'),
  lab: () => import('./lab/LabRoute.svelte'),
  compare: () => import('./compare/CompareRoute.svelte'),
  figures: () => import('./figures/FiguresPage.svelte'),
  generate: () => import('./generate/GenerateRoute.svelte'),
  masks: () => import('./masks/MasksRoute.svelte'),
  planner: () => import('./planner/PlannerRoute.svelte'),
  teach: () => import('./teach/TeachRoute.svelte'),
  class: () => import('./teach/ClassRoute.svelte'),
  worksheet: () => import('./teach/WorksheetRoute.svelte'),
  test: () => import('./teach/TestRoute.svelte'),
  go: () => import('./teach/GoRoute.svelte'),
  health: () => import('./teach/HealthRoute.svelte'),
};

/** Pages that are here already: they are drawn at once, without the moment that a promise takes. */
const loaded = new Map<Part, PageModule>();

export const loadPage = (part: Part): PageModule | Promise<PageModule> =>
  loaded.get(part) ??
  LOADS[part]().then((module) => {
    loaded.set(part, module as PageModule);
    return module as PageModule;
  });
