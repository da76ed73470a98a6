import { mount } from 'svelte';
import App from './app/App.svelte';
import { engine } from './workers/train/start';
import { around, computesHere } from './app/isolate';
import { findKeptRows } from './app/rowsStore';
import { isolation } from './state/isolation.svelte';
import './app/tokens.css';
import './app/signs.css';
import './app/base.css';

// Before any address is read.
findKeptRows();
void isolation.bring(around(), computesHere);

export default mount(App, { target: document.getElementById('app')!, props: { engine } });
