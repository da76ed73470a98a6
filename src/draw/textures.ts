/**
 * @file The textures that masks, maps and strips are drawn in, and what each of them means: one meaning on every page.
 *
 * They tell cells apart without colour. Ink and paper follow the theme, so a legend and a lesson name the texture and
 * never its colour. (A layer's stripe is black, white, or white with ink on it in every theme: src/app/signs.css.)
 */
export const TEXTURES = {
  ink: 'read',
  hatched: 'read through a summary',
  dotted: 'reached through the layers before',
  checkered: 'read in part, so computed with a mask',
  crossed: 'depends on the data',
  blank: 'not read',
} as const;

export type Texture = keyof typeof TEXTURES;

/** How weights are drawn (heatmap.ts): the palest ink is still told from what is blank. */
export const WEIGHTS_LEGEND =
  'stronger ink = more weight · palest = almost none · blank = may not read';

/** 'ink = read · hatched = read through a summary'. */
export const legendOf = (...textures: readonly Texture[]): string =>
  textures.map((texture) => `${texture} = ${TEXTURES[texture]}`).join(' · ');
