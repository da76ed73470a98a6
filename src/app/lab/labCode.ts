/** @file What the Lab draws below its header, loaded once the header is there. */
export { default as Costs } from './Costs.svelte';
export { default as Keep } from './Keep.svelte';
export { default as Learning } from './Learning.svelte';
export { default as Maps } from './Maps.svelte';
export { default as Settings } from './Settings.svelte';
