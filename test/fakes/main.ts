/** @file The page over the fake engine, for trying it out: `npx vite`, then /test/fakes/. */
import { mount } from 'svelte';
import App from '../../src/app/App.svelte';
import '../../src/app/tokens.css';
import '../../src/app/signs.css';
import '../../src/app/base.css';
import { fakeEngine } from './fakeEngine';

export default mount(App, {
  target: document.getElementById('app')!,
  props: { engine: fakeEngine() },
});
