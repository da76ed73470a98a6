import type { RunSpec } from '../spec/run';
import { Selection } from './selection.svelte';

/** The current view of the maps of several runs: one cell in all of them, and one head or all. */
export class MapView {
  readonly selection = new Selection();
  /** The head shown, from 0; undefined: all of them. */
  head = $state<number | undefined>(0);

  /** The maps now show other models. */
  fit({ layers, heads, context }: RunSpec) {
    this.selection.fit(layers, heads, context);
    if (this.head !== undefined && this.head >= heads) this.head = 0;
  }
}
