/**
 * @file WebGPU in Node, by Dawn: on a graphics card if there is one, otherwise on the software adapter that ships with
 * Chromium. Importing this sets `navigator.gpu`. Dawn keeps Node alive: end a script with process.exit.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findChromium } from '../test/chromium.mjs';

const { create, globals } = await import('webgpu');
Object.assign(globalThis, globals); // GPUBufferUsage, GPUMapMode, …
const gpu = create([]); // Dawn lives as long as this is reachable
if (!('navigator' in globalThis)) {
  Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true }); // Node 20
}
Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });

if (!(await gpu.requestAdapter())) onChromiumsAdapter();

/**
 * Restarts this script with the loader and the software driver that lie beside Chromium; they only take effect at
 * startup.
 */
function onChromiumsAdapter() {
  const beside = [findChromium() ?? '', '/usr/lib/chromium/chromium', '/opt/google/chrome/chrome']
    .filter(existsSync)
    .map((path) => dirname(realpathSync(path)))
    .find((folder) => existsSync(join(folder, 'vk_swiftshader_icd.json')));
  if (!beside || process.env.VK_DRIVER_FILES) {
    console.error('Dawn found no adapter: no Vulkan driver, and no Chromium with a software one.');
    process.exit(1);
  }
  const { status } = spawnSync(process.execPath, process.argv.slice(1), {
    stdio: 'inherit',
    env: {
      ...process.env,
      LD_LIBRARY_PATH: beside,
      VK_DRIVER_FILES: join(beside, 'vk_swiftshader_icd.json'),
    },
  });
  process.exit(status ?? 1);
}

/** Whether WebGPU runs on the processor here. */
export const onProcessor = (await gpu.requestAdapter()).info.isFallbackAdapter;
