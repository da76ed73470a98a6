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

const LOADS: Record<Page, () => Promise<unknown>> = {
  home: () => import('./home/HomeRoute.svelte'),
  lessons: () => import('./lessons/LessonsRoute.svelte'),
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
const loaded = new Map<Page, PageModule>();

export const loadPage = (page: Page): PageModule | Promise<PageModule> =>
  loaded.get(page) ??
  LOADS[page]().then((module) => {
    loaded.set(page, module as PageModule);
    return module as PageModule;
  });
