/** @file Starts the servers of the memory stick (scripts/stick/files) on a free port, in whichever language. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

const PROGRAMS = {
  node: [process.execPath, 'serve.mjs'],
  python: ['python3', 'serve.py'],
} as const;
export type Language = keyof typeof PROGRAMS;

export const hasPython = spawnSync('python3', ['--version']).status === 0;

export interface Stick {
  readonly port: number;
  /** What it printed when it had started. */
  readonly said: string;
  close(): Promise<void>;
}

/** `folder` has the server and its headers.json. */
export async function startStick(
  language: Language,
  folder: string,
  more: readonly string[] = [],
): Promise<Stick> {
  const [program, script] = PROGRAMS[language];
  const server = spawn(program, [`${folder}/${script}`, '--port', '0', ...more]);
  let said = '';
  server.stderr.on('data', (data) => (said += String(data)));
  const ended = once(server, 'exit');
  const port = await new Promise<number>((resolve, reject) => {
    server.stdout.on('data', (data) => {
      said += String(data);
      const found = /localhost:(\d+)\/[^]*\n\n$/.exec(said);
      if (found) resolve(Number(found[1]));
    });
    server.on('error', reject);
    void ended.then(() => reject(new Error(said)));
  });
  return {
    port,
    said,
    close: async () => {
      server.kill();
      await ended;
    },
  };
}
