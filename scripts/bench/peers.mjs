/**
 * @file Installs the packages that only `npm run bench` needs, in scripts/bench/peers: `npm ci` of the project does
 * without them. Their install scripts are not run.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('peers', import.meta.url));
const { dependencies } = JSON.parse(readFileSync(`${FOLDER}/package.json`, 'utf8'));

/** Whether all are there in the pinned version; without the registry they stay missing, and the bench says so. */
export function installPeers() {
  const missing = Object.entries(dependencies).filter(([name, version]) => {
    const file = `${FOLDER}/node_modules/${name}/package.json`;
    return !existsSync(file) || JSON.parse(readFileSync(file, 'utf8')).version !== version;
  });
  if (missing.length === 0) return;
  console.log(`Installing ${missing.map((one) => one.join('@')).join(', ')} for the bench …`);
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: FOLDER,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) console.error('They could not be installed; their rows will say so.');
}
