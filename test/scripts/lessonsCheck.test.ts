/** @file `npm run lessons:check`, as an author calls it. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';

const check = (...words: string[]) =>
  spawnSync('npm', ['run', '--silent', 'lessons:check', '--', ...words], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });

describe('npm run lessons:check', () => {
  test('reads one lesson, although it needs another, and lists its steps with their minutes', () => {
    const { status, stdout, stderr } = check('03-reach');
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^03-reach: Reach\. \d+ steps, \d+ exercises, \d+ minutes\n/);
    const rows = stdout.trimEnd().split('\n').slice(1);
    expect(rows[0]).toMatch(/^ {2}\d+\.\d min {2}One layer: one-layer$/);
    expect(rows).toHaveLength(Number(/(\d+) steps/.exec(stdout)![1]));
    expect(status).toBe(0);
  });

  test('lists the lessons if a name is unknown', () => {
    const { status, stderr } = check('no-such-lesson');
    expect(stderr).toContain("No lesson has 'no-such-lesson' in its name; there are 00-play, ");
    expect(status).toBe(1);
  });
});
