import { mount } from 'svelte';
import App from './app/App.svelte';
import { engine } from './app/engine';
import './app/tokens.css';
import './app/signs.css';
import './app/base.css';

export default mount(App, { target: document.getElementById('app')!, props: { engine } });
