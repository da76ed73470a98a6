/** @file What a lesson loads after its text: the stage with its controls, and what trains and plays on it. */
export { default as StagePanel } from './StagePanel.svelte';
export { StageRuns } from '../../state/stageRuns.svelte';
