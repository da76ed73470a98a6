/**
 * @file `npm run test:interop [-- --write]`: all comparisons with Python, each with the given options. Two run at a time,
 * since most of them keep one core busy; what each prints comes when it ends.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { optionsOf } from '../options.mjs';

const { values } = optionsOf('npm run test:interop -- [--write]', { write: { type: 'boolean' } });

function run(name) {
  const script = fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
  const options = values.write && name !== 'run-python' ? ['--write'] : [];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...options], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => said.push(text));
    child.on('error', reject);
    child.on('close', (status) => {
      process.stdout.write(Buffer.concat(said));
      if (status === 0) resolve();
      else reject(new Error(`${name}.mjs ended with status ${status}`));
    });
  });
}

async function inTurn(...names) {
  for (const name of names) await run(name);
}

try {
  await Promise.all([inTurn('run-code', 'run-configs'), inTurn('run-models')]);
  // By itself: it has four minutes, and opens real notebooks.
  await inTurn('run-python');
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
