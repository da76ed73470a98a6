/** @file Builds the site if it is missing or older than its sources, for scripts that pack it. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = [
  'index.html',
  'lessons',
  'models',
  'package.json',
  'public/recorded',
  'scripts/build',
  'scripts/lessons',
  'scripts/pages',
  'src',
  'vite.config.ts',
];

/** `file` is one that the build writes. Ends the process if the build fails. */
export function build(file) {
  if (!isOld(file)) return;
  console.log('The built site is missing or older than its sources: npm run build');
  const { status } = spawnSync('npm', ['run', 'build'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}

/** Whether something that the build reads is newer than what it wrote. */
function isOld(file) {
  if (!existsSync(file)) return true;
  const written = statSync(file).mtimeMs;
  const newer = (path) => {
    const about = statSync(path);
    if (!about.isDirectory()) return about.mtimeMs > written;
    return readdirSync(path).some((name) => newer(join(path, name)));
  };
  return SOURCES.some(newer);
}
