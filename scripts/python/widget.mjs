/**
 * @file The workbench as a widget (src/notebook/widget.ts): one module that loads nothing, with its styles inside, because
 * a notebook may be without a network.
 */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { build } from 'vite';
import { ROOT } from '../interop/python.mjs';

/** The module's text. */
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
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  const extra = output.slice(1).map(({ fileName }) => fileName);
  if (extra.length > 0)
    throw new Error(`the widget is one file; there are also ${extra.join(', ')}`);
  return output[0].code;
}
