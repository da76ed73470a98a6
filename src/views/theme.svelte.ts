import { MediaQuery } from 'svelte/reactivity';
import { LIGHT, paletteOf, type PaletteColours } from '../draw/palette';
import { styles } from './styles.svelte';

/**
 * The colours of the style sheet, for canvases: read once, and again when the user's colour scheme or the projector
 * mode changes.
 */
class Theme {
  readonly #dark = new MediaQuery('(prefers-color-scheme: dark)');

  readonly palette = $derived.by(() => {
    void this.#dark.current;
    void styles.changes;
    const style = getComputedStyle(styles.scope ?? document.documentElement);
    const colour = (name: keyof PaletteColours) =>
      style.getPropertyValue(`--${name}`).trim() || LIGHT[name];
    return paletteOf({
      panel: colour('panel'),
      ink: colour('ink'),
      wash: colour('wash'),
      accent: colour('accent'),
    });
  });
}

export const theme = new Theme();
