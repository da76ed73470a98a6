/**
 * @file Runs a command with a time limit: `node scripts/test/within.mjs 20 "unit tests" vitest run --project unit`.
 * A stage that hangs ends with a red line that names it, not with a frozen terminal.
 */
import { spawn } from 'node:child_process';

const [minutes, stage, ...words] = process.argv.slice(2);
if (!(Number(minutes) > 0) || !stage || words.length === 0) {
  console.error(
    'Usage: node scripts/test/within.mjs MINUTES STAGE COMMAND …, such as 20 "unit tests" vitest run',
  );
  process.exit(2);
}

const onWindows = process.platform === 'win32';
// Its own process group, so that the browsers and servers a command started end with it.
const child = spawn(words[0], words.slice(1), {
  stdio: 'inherit',
  detached: !onWindows,
  shell: onWindows,
});
const stop = (signal) => {
  try {
    if (onWindows) child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It has already ended.
  }
};

const ceiling = setTimeout(
  () => {
    console.error(
      `\n\u001b[31m*** STOPPED: the stage "${stage}" ran longer than ${minutes} minutes, its limit. ***\u001b[0m`,
    );
    stop('SIGKILL');
    process.exitCode = 1;
  },
  Number(minutes) * 60_000,
);

// The process that started the stage may be killed without telling it; then its result is not needed.
const parent = process.ppid;
const orphaned = setInterval(() => {
  if (process.ppid !== parent) stop('SIGKILL');
}, 1000);
orphaned.unref();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal));
child.on('error', (error) => {
  clearTimeout(ceiling);
  console.error(`The stage "${stage}" could not be started: ${error.message}`);
  process.exitCode = 1;
});
child.on('exit', (code) => {
  clearTimeout(ceiling);
  stop('SIGKILL'); // whatever the command left running
  process.exitCode ||= code ?? 1;
});
