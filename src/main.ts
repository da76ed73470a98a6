import { mount } from 'svelte';
import App from './app/App.svelte';
import { chosenElsewhere } from './app/languageChoice';
import { here, replaceOld } from './app/address';
import { loadPage, partOf } from './app/pages';
import { folderOf } from './app/route';
import { engine } from './workers/train/start';
import { around, computesHere } from './app/isolate';
import { siteRoot } from './workers/site';
import { findKeptRows } from './app/rowsStore';
import { packaged, packagedAddress } from './app/packaged';
import { isolation } from './state/isolation.svelte';
import './app/tokens.css';
import './app/signs.css';
import './app/base.css';
import './app/static.css';

const html = document.documentElement;
const target = document.getElementById('app')!;

/** The page's text stays until the page itself can be drawn, unless it is that of a different page. */
async function start(): Promise<void> {
  siteRoot(); // before the address changes
  findKeptRows(); // before an address is read
  const elsewhere = chosenElsewhere();
  if (elsewhere !== undefined) return location.replace(elsewhere);
  const lesson = packagedAddress(location.hash);
  if (lesson !== undefined) history.replaceState(history.state, '', lesson);
  replaceOld();
  void isolation.bring(around(), computesHere);
  const route = here();
  if (html.dataset['page'] !== folderOf(route)) target.replaceChildren();
  else await ready();
  const wasAtStep = location.hash !== '' && document.getElementById(location.hash.slice(1));
  target.replaceChildren();
  mount(App, { target, props: { engine } });
  if (wasAtStep) scrollTo(0, 0); // the browser had scrolled to it in the text
  if (import.meta.env.PROD) setTimeout(keepOffline, OFFLINE_AFTER_MS);
}

/** Milliseconds; it then waits until the page is idle. */
const OFFLINE_AFTER_MS = 4_000;

/** A package belongs to its course system, which keeps it or does not. */
async function keepOffline(): Promise<void> {
  if (packaged) return;
  // If it cannot be loaded, nothing is missing on the page itself.
  await import('./app/offline/start').then(({ start }) => start()).catch(() => {});
}

/** What fails here fails again when the page is opened, which then says why. */
async function ready(): Promise<void> {
  try {
    const { prepare } = await loadPage(partOf(here()));
    await prepare?.(here());
  } catch {
    // The page says why.
  }
}

// A host answered 'lab' with the page 'lab/': relative URLs of its text lead one folder too high.
if (html.dataset['root']?.startsWith('..') && !/(\/|\.html)$/.test(location.pathname))
  location.replace(`${location.pathname}/${location.search}${location.hash}`);
else setTimeout(() => void start()); // in a task of its own: loading the modules up to here took one already
