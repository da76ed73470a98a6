/**
 * @file The web app manifest and its icons, with which browsers offer to install the site. The icon is that of index.html,
 * without rounded corners: systems cut icons into shapes of their own, and the stripes stay within what all of them keep.
 */
import { pngOf } from '../pages/png.mjs';

const NAME = 'Zebra Lab';
const SIZES = [192, 512];
const DARK = 0x11; // one of 16 greys

const manifest = {
  id: './',
  name: NAME,
  short_name: NAME,
  description: 'Train small Zebra language models in the browser and watch every layer attend.',
  lang: 'en',
  start_url: './',
  scope: './',
  display: 'standalone',
  background_color: '#111111',
  theme_color: '#111111',
  icons: SIZES.flatMap((size) =>
    ['any', 'maskable'].map((purpose) => ({
      src: `icon-${size}.png`,
      sizes: `${size}x${size}`,
      type: 'image/png',
      purpose,
    })),
  ),
};

/** As in index.html: start, end and height of each stripe, of a square of 26. */
const SIDE = 26;
const STRIPES = [
  [6, 20, 8.5],
  [6, 15, 13],
  [6, 18, 17.5],
];
const HALF = 1.3; // of a stripe's width

/** A square of `size` pixels, as PNG. */
export function iconOf(size) {
  const greys = new Uint8Array(size * size);
  const unit = SIDE / size;
  for (let i = 0; i < greys.length; i++) {
    const x = ((i % size) + 0.5) * unit;
    const y = (Math.floor(i / size) + 0.5) * unit;
    const from = Math.min(
      ...STRIPES.map(([start, end, at]) =>
        Math.hypot(x - Math.min(end, Math.max(start, x)), y - at),
      ),
    );
    const share = Math.min(1, Math.max(0, (HALF - from) / unit + 0.5)); // of the pixel
    greys[i] = Math.round(DARK + share * (255 - DARK));
  }
  return pngOf({ width: size, height: size }, greys, 'Title', NAME);
}

/** @returns {import('vite').Plugin} */
export function webManifest() {
  let base = './';
  const link = (rel, path) => ({
    tag: 'link',
    attrs: { rel, href: base + path },
    injectTo: 'head',
  });
  return {
    name: 'zebra-manifest',
    apply: 'build',
    configResolved: (config) => void (base = config.base),
    transformIndexHtml: () => [
      link('manifest', 'manifest.json'),
      link('apple-touch-icon', `icon-${SIZES[0]}.png`),
    ],
    generateBundle() {
      const emit = (fileName, source) => this.emitFile({ type: 'asset', fileName, source });
      emit('manifest.json', JSON.stringify(manifest)); // every host knows the type of .json
      for (const size of SIZES) emit(`icon-${size}.png`, iconOf(size));
    },
  };
}
