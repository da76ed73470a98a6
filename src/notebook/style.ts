/** @file The style sheets of the site, for a widget in a shadow root in someone else's page. */
import base from '../app/base.css?inline';
import tokens from '../app/tokens.css?inline';

/**
 * The tokens of the site are of its root, and dark if the browser is; those of a widget are of an element in its shadow
 * root, which no rule of the notebook can reach, and dark if the notebook is, which `data-theme` says. Everything else
 * that the notebook's page would hand down ends there.
 */
export const styleOf = (): string =>
  [
    '.root { all: initial; display: block; }',
    hosted(tokens),
    '.root { color-scheme: light; } .root[data-theme="dark"] { color-scheme: dark; }',
    base.replace(/(^|[\n}])\s*body\s*\{/, '$1.notebook {'),
  ].join('\n');

/** Exported for its test. */
export const hosted = (css: string): string =>
  css
    .replace(
      /@media\s*\(prefers-color-scheme:\s*dark\)\s*\{\s*:root\s*\{([^}]*)\}\s*\}/g,
      '.root[data-theme="dark"] {$1}',
    )
    .replaceAll(/:root(?=\s*\{)/g, '.root');
