/** @file The module that the Python package carries loads nothing: a notebook may be without a network. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { packed, widget } from '../../scripts/python/widget.mjs';
import { hosted } from '../../src/notebook/style';

let code: string;
beforeAll(async () => {
  ({ code } = await widget());
});

describe('the module of the widget', () => {
  test('has no addresses but those of threads that findings name, of SVG and of Svelte’s errors', () => {
    const addresses = [...code.matchAll(/\bhttps?:\/\/[^\s"'`)\\]+/g)].map(([address]) => address);
    const known =
      /^https?:\/\/(github\.com\/[^/]+\/[^/]+\/(issues|pull|discussions)\/\d+|github\.com\/sveltejs\/svelte,$|www\.w3\.org\/|svelte\.dev\/e\/)/;
    expect(addresses.length).toBeGreaterThan(10);
    expect(addresses.filter((address) => !known.test(address))).toEqual([]);
  });

  test('imports nothing, starts no worker and asks for nothing', () => {
    const found = code.match(
      /[;\n]import[\s{*"'][^;]{0,60}|\bimport\s*\([^)]{0,60}|new Worker|\bfetch\(|XMLHttpRequest|importScripts|@tensorflow/g,
    );
    expect(found).toBeNull();
  });

  test('is at most 400 kB, compressed', () => {
    expect(gzipSync(code).length).toBeLessThan(400_000);
  });

  test('is the same after it was packed', async () => {
    const text = packed('export default { render: (shown) => `shown ${shown}` };');
    const address = `data:text/javascript,${encodeURIComponent(text)}`;
    // Node imports no blob: addresses.
    expect(text).toContain('DecompressionStream');
    const { default: loaded } = (await import(/* @vite-ignore */ address)) as {
      default: { render: unknown };
    };
    expect(loaded.render).toBeTypeOf('function');
  });
});

describe('the tokens of a widget', () => {
  const css = hosted(readFileSync('src/app/tokens.css', 'utf8'));

  test('are of an element of its own, light and dark as its notebook is', () => {
    expect(css).toMatch(/^\.root \{\s*color-scheme/m);
    expect(css).toMatch(/\.root\[data-theme="dark"\] \{\s*--paper: #121211/);
    expect(css).not.toContain('prefers-color-scheme');
  });
});
