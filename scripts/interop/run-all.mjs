/** @file `npm run test:interop [-- --write]`: all comparisons with Python, one after the other, each with the given options. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { optionsOf } from '../options.mjs';

const { values } = optionsOf('npm run test:interop -- [--write]', { write: { type: 'boolean' } });
for (const name of ['run-code', 'run-models', 'run-configs', 'run-python']) {
  const script = fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
  const { status } = spawnSync(
    process.execPath,
    [script, ...(values.write && name !== 'run-python' ? ['--write'] : [])],
    {
      stdio: 'inherit',
    },
  );
  if (status !== 0) process.exit(status ?? 1);
}
