/** @file First step of `npm test`: finds Chromium, or installs it if no confirmation is needed. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findChromium } from './chromium.mjs';

const WHAT_TO_DO =
  'Install Chromium or Google Chrome, or set CHROMIUM_PATH to one; on Debian or Ubuntu: sudo apt-get install -y chromium';

const run = (command, ...args) => spawnSync(command, args, { stdio: 'inherit' }).status === 0;

let found = findChromium();
if (!found && process.env.CHROMIUM_PATH) {
  console.error(
    `CHROMIUM_PATH is ${process.env.CHROMIUM_PATH}, and no file is there. ${WHAT_TO_DO}`,
  );
  process.exit(1);
}
if (!found && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
  console.log('No Chromium here; installing it with apt-get.');
  if (run('apt-get', 'update', '-qq')) {
    run('apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'chromium');
  }
  found = findChromium();
}
if (!found) {
  console.error(`The tests need Chromium and found none. ${WHAT_TO_DO}`);
  process.exit(1);
}
console.log(`Chromium: ${found}`);
