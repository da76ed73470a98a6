/**
 * @file The notices of the built site name everything it contains. Its contents are read from source maps, which give
 * the source file of each generated character; the notices are made differently (scripts/notices/plugin.mjs).
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const out = mkdtempSync(join(tmpdir(), 'zebra-notices-'));
let files: string[] = [];
const notices = new Map<string, string>();

beforeAll(() => {
  const options = ['--sourcemap', 'hidden', '--outDir', out, '--emptyOutDir', '--logLevel', 'warn'];
  // As in a real build: Vitest's own environment is a development one.
  execFileSync(process.execPath, ['node_modules/vite/bin/vite.js', 'build', ...options], {
    env: { ...process.env, NODE_ENV: 'production', VITEST: '' },
    stdio: 'pipe',
  });
  files = readdirSync(out, { recursive: true, encoding: 'utf8' });
  const sections = readFileSync(join(out, 'third-party-notices.txt'), 'utf8').split(/^={100}$/m);
  // Headings and texts alternate after the introduction.
  for (let i = 1; i + 1 < sections.length; i += 2)
    notices.set(sections[i]!.trim().split('\n')[0]!, sections[i + 1]!);
}, 300_000);
afterAll(() => rmSync(out, { recursive: true, force: true }));

const json = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;
const noticeOf = (name: string) =>
  [...notices].find(([heading]) => heading.startsWith(`${name} `))?.[1] ?? '';

/** Names of packages with a file in the bundle, and which of the bundle's files it is. */
function bundled(): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of files.filter((name) => name.endsWith('.map')))
    for (const source of json<{ sources: string[] }>(join(out, file)).sources) {
      const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1];
      if (name) found.set(name, file);
    }
  return found;
}

/** The licence text of each notice, without its heading. */
const CONTENTS: Readonly<Record<string, RegExp>> = {
  'moby-dick': /CC0 1\.0 Universal/,
  sotu: /CC0 1\.0 Universal/,
  'postal-codes': /Attribution 4\.0 International/,
  'program-code': /Permission is hereby granted, free of charge/,
};

/** How the text of each licence in use begins. */
const GRANTS = [
  /Redistribution\. You may reproduce and distribute copies/, // Apache-2.0
  /Permission is hereby granted, free of charge/, // MIT
  /Permission to use, copy, modify, and\/or distribute/, // ISC
  /Redistribution and use in source and binary forms/, // BSD
];

test('every package with code in the page or in a worker has a notice with the text of its licence', () => {
  const packages = bundled();
  expect([...packages.values()].filter((file) => file.includes('worker')).length).toBeGreaterThan(
    0,
  );
  expect([...packages.keys()]).toEqual(
    expect.arrayContaining(['svelte', 'd3-scale', 'fflate', '@tensorflow/tfjs-core']),
  );
  const without = [...packages.keys()].filter(
    (name) => !GRANTS.some((grant) => grant.test(noticeOf(name))),
  );
  expect(without).toEqual([]);
});

test('versions are those of the lock file', () => {
  const { packages } = json<{ packages: Record<string, { version: string }> }>('package-lock.json');
  for (const name of bundled().keys())
    expect([...notices.keys()]).toContain(`${name} ${packages[`node_modules/${name}`]!.version}`);
});

describe('notices for contents that source maps do not list', () => {
  test('cover libraries inside the WebAssembly of TensorFlow.js, and the standard library inside ours', () => {
    expect(
      files
        .filter((name) => name.endsWith('.wasm'))
        .map((name) => name.replace(/^.*[\\/]|-.{8}\.wasm$/g, ''))
        .sort(),
    ).toEqual(['simd', 'simdShared', 'tfjs-backend-wasm', 'tfjs-backend-wasm-simd']);
    for (const name of ['XNNPACK', 'pthreadpool', 'Emscripten', 'musl', 'assemblyscript'])
      expect(noticeOf(name), name).toMatch(
        new RegExp(GRANTS.map(({ source }) => source).join('|')),
      );
  });

  test('cover every training text, with its origin and licence', () => {
    const texts = files.filter((name) => /^corpora.*json$/.test(name));
    expect(texts.length).toBeGreaterThan(1);
    for (const text of texts) {
      const { id, title } = json<{ id: string; title: string }>(join(out, text));
      expect(noticeOf(`${title}, from`), title).toMatch(CONTENTS[id]!);
    }
  });

  test('no font is shipped', () => {
    expect(files.filter((name) => /\.(woff2?|ttf|otf)$/.test(name))).toEqual([]);
  });
});

test('no notice contains an unfilled placeholder for a name', () => {
  const open = [...notices].filter(([, text]) => /<(year|owner|copyright holders)>/.test(text));
  expect(open.map(([name]) => name)).toEqual([]);
});
