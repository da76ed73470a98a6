/** @file The components in ./stageViews, loaded when a step shows them. */
import type { Component } from 'svelte';
import type { Stage } from '../../state/stage.svelte';

type View = Component<{ stage: Stage }>;

const files = import.meta.glob<View>('./stageViews/*.svelte', { import: 'default' });

/** Views that are here already: they are drawn at once, without the moment that a promise takes. */
export const loadedViews: Record<string, View> = {};

export async function loadView(id: string): Promise<void> {
  const load = files[`./stageViews/${id[0]!.toUpperCase()}${id.slice(1)}.svelte`];
  if (load) loadedViews[id] = await load();
}
