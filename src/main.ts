import { mount } from 'svelte';
import App from './app/App.svelte';
import { engine } from './workers/train/start';
import { around, computesHere } from './app/isolate';
import { findKeptRows } from './app/rowsStore';
import { packagedAddress } from './app/packaged';
import { isolation } from './state/isolation.svelte';
import './app/tokens.css';
import './app/signs.css';
import './app/base.css';

// Before any address is read.
findKeptRows();
const lesson = packagedAddress(location.hash);
if (lesson !== undefined) history.replaceState(history.state, '', lesson);
void isolation.bring(around(), computesHere);

// In a task of its own: loading the modules up to here took one already.
setTimeout(() => mount(App, { target: document.getElementById('app')!, props: { engine } }));
