/** @file The notebook around a widget: its theme, its keys, and the picture that stands in where no widget can be. */

/** Light or dark, as the notebook says it; otherwise as the browser does. */
function themeOf({ documentElement: html, body }: Document): 'light' | 'dark' {
  const { jpThemeLight, vscodeThemeKind } = body.dataset;
  if (jpThemeLight !== undefined) return jpThemeLight === 'false' ? 'dark' : 'light';
  if (vscodeThemeKind !== undefined)
    return /^vscode-(dark|high-contrast)$/.test(vscodeThemeKind) ? 'dark' : 'light';
  const colab = html.getAttribute('theme');
  if (colab !== null) return colab === 'dark' ? 'dark' : 'light';
  for (const { classList } of [html, body])
    for (const name of ['dark', 'light'] as const) if (classList.contains(name)) return name;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** Calls `act` now and whenever the theme may have changed; returns how to stop. */
export function onTheme(page: Document, act: (theme: 'light' | 'dark') => void): () => void {
  const say = () => act(themeOf(page));
  const media = matchMedia('(prefers-color-scheme: dark)');
  media.addEventListener('change', say);
  const observer = new MutationObserver(say);
  const attributeFilter = ['data-jp-theme-light', 'data-vscode-theme-kind', 'theme', 'class'];
  for (const one of [page.documentElement, page.body])
    observer.observe(one, { attributes: true, attributeFilter });
  say();
  return () => {
    observer.disconnect();
    media.removeEventListener('change', say);
  };
}

/**
 * Keys pressed in the widget are the widget's: letters typed here must not delete a cell of the notebook. Those with
 * Control or Command stay the notebook's, such as saving.
 */
export function keepKeys(host: HTMLElement): () => void {
  const isOurs = (event: KeyboardEvent) => !event.ctrlKey && !event.metaKey && !event.altKey;
  const stop = (event: KeyboardEvent) => {
    if (isOurs(event)) event.stopPropagation();
  };
  for (const kind of ['keydown', 'keypress', 'keyup'] as const) host.addEventListener(kind, stop);
  // JupyterLab listens at the document before anyone else, and passes over elements with this attribute.
  const view = host.ownerDocument.defaultView!;
  const mark = (event: KeyboardEvent) => {
    if (event.composedPath().includes(host))
      host.toggleAttribute('data-lm-suppress-shortcuts', isOurs(event));
  };
  view.addEventListener('keydown', mark, true);
  return () => view.removeEventListener('keydown', mark, true);
}

/** Hides the picture of this widget that was saved with the notebook, while the widget itself is there. */
export function hideStill(page: Document, mark: string): () => void {
  if (!/^[a-z0-9]+$/.test(mark)) return () => undefined;
  const still = `.zebra-lab-still-${mark}`;
  const style = page.createElement('style');
  style.textContent = `${still}, .jp-OutputArea-child:has(${still}), .output_area:has(${still}) { display: none !important; }`;
  page.head.append(style);
  return () => style.remove();
}
