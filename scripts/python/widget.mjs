/**
 * @file The workbench as a widget (src/notebook/widget.ts): one module that loads nothing, with its styles inside, because
 * a notebook may be without a network. It is compressed, because a notebook saves it with each of its widgets.
 */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { ROOT } from '../interop/python.mjs';

/** The module's text, and the modules that it is made of. */
export async function widget() {
  const [{ output }] = await build({
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    plugins: [
      // Styles go where a component is mounted: into the shadow root of the widget.
      svelte({ configFile: false, emitCss: false, compilerOptions: { css: 'injected' } }),
    ],
    build: {
      lib: { entry: 'src/notebook/widget.ts', formats: ['es'], fileName: 'widget' },
      target: 'es2022',
      write: false,
      minify: true,
      copyPublicDir: false,
      rolldownOptions: {
        output: { codeSplitting: false, minify: true, comments: { legal: false } },
      },
    },
  });
  const extra = output.slice(1).map(({ fileName }) => fileName);
  if (extra.length > 0)
    throw new Error(`the widget is one file; there are also ${extra.join(', ')}`);
  const [{ code, moduleIds }] = output;
  return { code, moduleIds };
}

/** A module that is the same as `code`, once for all widgets of a page. */
export function packed(code) {
  const sign = createHash('sha256').update(code).digest('hex').slice(0, 16);
  return `// The mask workbench of Zebra Lab (src/notebook/widget.ts), compressed.
const code = '${gzipSync(code, { level: 9 }).toString('base64')}';

async function unpacked() {
  const bytes = Uint8Array.from(atob(code), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  const text = await new Response(stream).text();
  const address = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  try {
    return (await import(address)).default;
  } finally {
    URL.revokeObjectURL(address);
  }
}

const loaded = () => (globalThis[Symbol.for('zebra-lab ${sign}')] ??= unpacked());

export default {
  async render(shown) {
    return (await loaded()).render(shown);
  },
};
`;
}
