import { mount } from 'svelte';
import App from './app/App.svelte';
import { engine } from './workers/train/start';
import { findKeptRows } from './app/rowsStore';
import './app/tokens.css';
import './app/signs.css';
import './app/base.css';

// Before any address is read.
findKeptRows();

export default mount(App, { target: document.getElementById('app')!, props: { engine } });
