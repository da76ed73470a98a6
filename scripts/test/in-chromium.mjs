/**
 * @file The tests in Chromium, each project in its own browser; with arguments, only those files of the first project.
 *
 * Occasionally, after a GPUDevice was destroyed with work in flight, the page and the GPU process of Chromium's
 * software adapter hang for ever; not even the page's timers run. Nothing in the page can fix that, so a run that hung
 * is reported in red and restarted in a fresh browser. A test that fails is never repeated.
 */
import { spawnSync } from 'node:child_process';

const HUNG = 75; // as in test/support/silence.ts
const TRIES = 3;
const PROJECTS = [
  ['browser', 30, 'tests in Chromium'],
  ['faults', 20, 'tests of GPU faults'],
];
const words = process.argv.slice(2);

for (const [project, minutes, stage] of words.length > 0 ? PROJECTS.slice(0, 1) : PROJECTS) {
  const run = () =>
    spawnSync(
      process.execPath,
      [
        'scripts/test/within.mjs',
        String(minutes),
        stage,
        'vitest',
        'run',
        '--project',
        project,
        ...words,
      ],
      { stdio: 'inherit' },
    ).status ?? 1;
  let status = run();
  for (let attempt = 2; status === HUNG && attempt <= TRIES; attempt++) {
    console.error(`*** The ${stage} hung; try ${attempt} of ${TRIES}, in a fresh browser. ***`);
    status = run();
  }
  if (status !== 0) process.exit(status);
}
