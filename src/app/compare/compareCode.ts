/** @file What Compare draws below its header, and what keeps its runs: loaded once the header is there. */
export { default as Centre } from './Centre.svelte';
export { Keeping } from './keeping.svelte';
export { default as SharedSettings } from './SharedSettings.svelte';
