/** @file Begins to keep the site on this device; loaded when the page has been drawn, so that it delays nothing. */
import { mount } from 'svelte';
import { offline } from '../../state/offline.svelte';
import { around } from './around';
import UpdateNote from './UpdateNote.svelte';

let started = false;

export function start(): void {
  if (started) return;
  started = true;
  mount(UpdateNote, { target: document.body });
  void offline.begin(around());
}
