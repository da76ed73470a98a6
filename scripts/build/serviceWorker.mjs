/**
 * @file The plugin that builds the service worker, as one classic script with a fixed name: browsers look for a new
 * version at the same address.
 */
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { ISOLATION } from './policy.mjs';

/**
 * `forSite` is false for languages that are built into the folder of the English site.
 * @returns {import('vite').Plugin}
 */
export function serviceWorker(forSite) {
  return {
    name: 'zebra-service-worker',
    apply: 'build',
    async generateBundle() {
      if (!forSite) return;
      const [{ output }] = await build({
        configFile: false,
        root: fileURLToPath(new URL('../../', import.meta.url)),
        logLevel: 'error',
        define: { __ISOLATION__: JSON.stringify(ISOLATION) },
        build: {
          write: false,
          copyPublicDir: false,
          target: 'es2022',
          lib: {
            entry: 'src/workers/isolation/isolation.worker.ts',
            formats: ['iife'],
            name: 'isolation',
          },
        },
      });
      this.emitFile({ type: 'asset', fileName: 'service-worker.js', source: output[0].code });
    },
  };
}
