/**
 * @file The mask workbench in a notebook, as one module without a network: `npm run python:build` bundles it into the
 * Python package, and anywidget loads it (https://anywidget.dev/en/afm/).
 */
import { flushSync, mount, unmount } from 'svelte';
import { styles } from '../views/styles.svelte';
import { textIn, type Model } from './model';
import Notebook from './Notebook.svelte';
import { styleOf } from './style';
import { hideStill, keepKeys, onTheme } from './surroundings';

/** The views of this widget that are on the page: it may be displayed several times. */
const shown = new Set<Element>();

function render({ model, el }: { readonly model: Model; readonly el: HTMLElement }): () => void {
  const page = el.ownerDocument;
  const host = page.createElement('div');
  host.className = 'zebra-lab';
  const style = page.createElement('style');
  style.textContent = styleOf();
  const root = page.createElement('div');
  root.className = 'root';
  host.attachShadow({ mode: 'open' }).append(style, root);
  el.append(host);
  shown.add(root);
  styles.scope = root;
  const stop = [
    onTheme(page, (theme) => {
      root.dataset['theme'] = theme;
      styles.changes++;
    }),
    keepKeys(host),
    hideStill(page, textIn(model.get('mark'))),
  ];
  const view = mount(Notebook, { target: root, props: { model } });
  flushSync(); // so that it hears what Python sets from now on
  return () => {
    void unmount(view);
    stop.forEach((act) => act());
    host.remove();
    shown.delete(root);
    if (styles.scope === root) styles.scope = [...shown].at(-1);
  };
}

export default { render };
