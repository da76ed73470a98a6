import type { RunSpec } from '../spec/run';
import { Selection } from './selection.svelte';

/** What is looked at in the maps of several runs: one cell in all of them, and one head or all. */
export class MapView {
  readonly selection = new Selection();
  /** The head shown, from 0; undefined: all of them. */
  head = $state<number | undefined>(0);

  /** Other models are drawn. */
  fit({ layers, heads, context }: RunSpec) {
    this.selection.fit(layers, heads, context);
    if (this.head !== undefined && this.head >= heads) this.head = 0;
  }
}
