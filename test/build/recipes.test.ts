/** @file The recipes for hosts send the headers that the build writes into `_headers`. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ISOLATION, POLICY } from '../../scripts/build/policy.mjs';

const read = (name: string) => readFileSync(`docs/hosting/${name}`, 'utf8');
const wanted: Readonly<Record<string, string>> = {
  'Content-Security-Policy': POLICY,
  ...ISOLATION,
};

/** Headers of a recipe: name and value in quotation marks, after the word that sets them. */
const headersOf = (text: string, line: RegExp) =>
  Object.fromEntries(
    [...text.matchAll(line)]
      .map(([, name, value]) => [name!, value!])
      .filter(([name]) => name! in wanted),
  );

test.each([
  ['nginx.conf', /^ {2}add_header ([\w-]+) "([^"]*)" always;$/gm],
  ['Caddyfile', /^\t\t([\w-]+) "([^"]*)"$/gm],
])('%s sends the policy and the headers that isolate a page', (name, line) => {
  expect(headersOf(read(name), line)).toEqual(wanted);
});

test.each(['nginx.conf', 'Caddyfile'])('%s keeps only assets for good', (name) => {
  const text = read(name);
  expect(text.match(/immutable/g)).toHaveLength(1);
  expect(text).toContain('no-cache');
});

test('nginx sets every header in the server itself, because a location would lose the others', () => {
  expect(read('nginx.conf')).not.toMatch(/^\s*location/m);
});

test('the container pins its images, uses the recipe for nginx, and does not run as root', () => {
  const text = read('Dockerfile');
  const images = [...text.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image!);
  expect(images).toHaveLength(2);
  for (const image of images) expect(image).toMatch(/:\d+\.\d+\.\d+-[a-z-]+$/);
  expect(images[1]).toContain('unprivileged');
  expect(text).toContain('COPY docs/hosting/nginx.conf');
  expect(text).not.toMatch(/^USER root/m);
});
