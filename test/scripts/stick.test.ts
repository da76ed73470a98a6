/** @file The two servers of the memory stick: what they send, and that nothing outside the site can be had from them. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ISOLATION, POLICY } from '../../scripts/build/policy.mjs';
import { hasPython, startStick, type Language, type Stick } from '../support/stick';

const HEADERS = { 'Content-Security-Policy': POLICY, ...ISOLATION };
const SITE = {
  'index.html': '<p>home',
  '404.html': '<p>missing',
  'lab/index.html': '<p>lab',
  'a b/index.html': '<p>space',
  'empty/x.json': '{}',
  'assets/a.wasm': 'wasm',
  'assets/a.js': 'js',
  '.hidden': 'hidden',
};

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The path is sent as it is, which `fetch` would not do. */
const ask = (port: number, path: string, method = 'GET') =>
  new Promise<Answer>((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port, path, method }, (answer) => {
      let body = '';
      answer.on('data', (data) => (body += String(data)));
      answer.on('end', () =>
        resolve({ status: answer.statusCode!, headers: answer.headers, body }),
      );
    });
    asking.on('error', reject);
    asking.end();
  });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zebra-stick-'));
  cpSync('scripts/stick/files', join(folder, 'serve'), { recursive: true });
  writeFileSync(join(folder, 'serve/headers.json'), JSON.stringify(HEADERS));
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  for (const [path, content] of Object.entries(SITE)) {
    mkdirSync(join(folder, 'site', path, '..'), { recursive: true });
    writeFileSync(join(folder, 'site', path), content);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const LANGUAGES: readonly Language[] = hasPython ? ['node', 'python'] : ['node'];
describe.each(LANGUAGES)('the server in %s', (language) => {
  let stick: Stick;
  beforeAll(async () => {
    stick = await startStick(language, join(folder, 'serve'));
  });
  afterAll(() => stick.close());

  test.each([
    ['/', 200, 'text/html; charset=utf-8', '<p>home'],
    ['/?x=1', 200, 'text/html; charset=utf-8', '<p>home'],
    ['/lab/', 200, 'text/html; charset=utf-8', '<p>lab'],
    ['/lab/index.html', 200, 'text/html; charset=utf-8', '<p>lab'],
    ['/a%20b/', 200, 'text/html; charset=utf-8', '<p>space'],
    ['/assets/a.wasm', 200, 'application/wasm', 'wasm'],
    ['/assets/a.js', 200, 'text/javascript; charset=utf-8', 'js'],
    ['/nowhere', 404, 'text/html; charset=utf-8', '<p>missing'],
    ['/empty/', 404, 'text/html; charset=utf-8', '<p>missing'],
    ['/assets/a.js/', 404, 'text/html; charset=utf-8', '<p>missing'],
  ])('%s: %i', async (path, status, type, body) => {
    const answer = await ask(stick.port, path);
    expect([answer.status, answer.headers['content-type'], answer.body]).toEqual([
      status,
      type,
      body,
    ]);
    for (const [name, value] of Object.entries(HEADERS))
      expect(answer.headers[name.toLowerCase()]).toBe(value);
  });

  test.each([
    ['/lab?x=1', '/lab/?x=1'],
    ['//lab', '/lab/'],
    ['/a%20b', '/a%20b/'],
  ])('%s is sent to %s', async (path, to) => {
    const { status, headers } = await ask(stick.port, path);
    expect([status, headers.location]).toEqual([301, to]);
  });

  test.each([
    '/../secret.txt',
    '/lab/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/..%5csecret.txt',
    '/lab/..%2f..%2fsecret.txt',
    '/.hidden',
    '/%00',
    '/secret.txt%00.html',
    '/C:/secret.txt',
    '/%',
    '/%ff',
    '/%E0%A4%A',
  ])('%s is missing', async (path) => {
    const { status, body } = await ask(stick.port, path);
    expect([status, body]).toEqual([404, '<p>missing']);
  });

  test('answers HEAD without a body, refuses to change anything, and goes on after nonsense', async () => {
    const head = await ask(stick.port, '/lab/', 'HEAD');
    expect([head.status, head.headers['content-length'], head.body]).toEqual([200, '6', '']);
    expect((await ask(stick.port, '/lab/', 'POST')).status).toBe(405);
    expect((await ask(stick.port, '/lab/', 'DELETE')).status).toBe(405);
    await new Promise<void>((resolve) => {
      const socket = connect(stick.port, '127.0.0.1', () => socket.end('nonsense\r\n\r\n'));
      socket.on('close', () => resolve());
      socket.on('error', () => resolve());
      socket.resume();
    });
    expect((await ask(stick.port, '/lab/')).status).toBe(200);
  });

  test('only this computer can open it, unless it is for a room', async () => {
    expect(stick.said).not.toContain('On other computers');
    const room = await startStick(language, join(folder, 'serve'), ['--room']);
    try {
      expect(room.said).toMatch(/On other computers: {2}http:\/\/[\d.]+:\d+\/|is in no network/);
      expect(room.said).toContain('no WebGPU');
    } finally {
      await room.close();
    }
  });
});
