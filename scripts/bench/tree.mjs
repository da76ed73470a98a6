/** @file Another checkout of the repository as code that benches can call. */
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';

const HERE = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The code of a checkout that is compared, bundled; uses only names that every checkout since the first bench exports.
 */
export async function treeOf(root, name) {
  const outDir = join(HERE, 'node_modules/.cache/bench-against', name);
  const from = (path) => JSON.stringify(join(root, path));
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    plugins: [
      {
        name: 'tree',
        resolveId: (id) => (id === 'tree' ? '\0tree' : undefined),
        load: (id) =>
          id === '\0tree'
            ? `export { zebra, SIZES } from ${from('test/bench/models.ts')};
               export { modelOf } from ${from('test/bench/models.ts')};
               export { bundleOf } from ${from('src/model/bundle.ts')};
               export { shaderOf } from ${from('src/program/kernel.ts')};
               export { hostMachine } from ${from('src/machines/hostMachine.ts')};
               export { gpuMachine } from ${from('src/machines/gpuMachine.ts')};
               export { findAdapter, openDevice } from ${from('src/machines/webgpu.ts')};`
            : undefined,
      },
    ],
    build: {
      ssr: true,
      rolldownOptions: { input: { tree: 'tree' } },
      outDir,
      emptyOutDir: true,
      target: 'node20',
      copyPublicDir: false,
    },
  });
  return { root, ...(await import(pathToFileURL(join(outDir, 'tree.js')).href)) };
}
