/**
 * @file Unit tests with new random cases: `npm run fuzz`, `-- 5` five times, `-- masks` only some files. A failure
 * prints its seed; FUZZ_SEED=that npm run test:unit reproduces it.
 */
import { spawnSync } from 'node:child_process';
import { optionsOf } from '../options.mjs';

const { positionals: given } = optionsOf(
  'npm run fuzz -- [TIMES] [WORD …]',
  {},
  { allowPositionals: true },
);
const times = Number(given.find((word) => /^\d+$/.test(word)) ?? 1);
const files = given.filter((word) => !/^\d+$/.test(word));
for (let time = 1; time <= times; time++) {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`\nFUZZ_SEED=${seed}, ${time} of ${times}`);
  const { status } = spawnSync(
    'npx',
    ['vitest', 'run', '--project', 'unit', '--project', 'mocking', ...files],
    {
      stdio: 'inherit',
      env: { ...process.env, FUZZ_SEED: String(seed) },
    },
  );
  if (status !== 0) process.exit(status ?? 1);
}
