/**
 * @file The textures in which masks, maps and strips are drawn, and what each means: the same on every page.
 *
 * They distinguish cells without colour. Ink and paper follow the theme, so a legend or a lesson names the texture, never its colour. (A layer's stripe is black, white, or white with ink on it in every theme: src/app/signs.css.)
 */
export const TEXTURES = {
  ink: /* a message */ 'read',
  hatched: 'read through a summary',
  dotted: 'reached through the layers before',
  checkered: 'read in part, so computed with a mask',
  crossed: 'depends on the data',
  blank: 'not read',
} as const;

export type Texture = keyof typeof TEXTURES;

const NAMES: Readonly<Record<Texture, string>> = {
  ink: /* a message */ 'ink',
  hatched: /* a message */ 'hatched',
  dotted: /* a message */ 'dotted',
  checkered: /* a message */ 'checkered',
  crossed: /* a message */ 'crossed',
  blank: /* a message */ 'blank',
};

/** How weights are drawn (heatmap.ts): even the palest ink differs from a blank cell. */
export const WEIGHTS_LEGEND =
  'stronger ink = more weight · palest = almost none · blank = may not read';

/** 'ink = read · hatched = read through a summary'. */
export const legendOf = (...textures: readonly Texture[]): string =>
  textures.map((texture) => `${NAMES[texture]} = ${TEXTURES[texture]}`).join(' · ');
