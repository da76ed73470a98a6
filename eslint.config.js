import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

export default ts.config(
  {
    ignores: [
      'dist/',
      'public/',
      'python/src/zebra_lab/static/', // built
      'node_modules/',
      '.svelte-check/',
      'coverage/',
      'test-results/',
      'playwright-report/',
      '**/*.as.ts', // AssemblyScript
    ],
  },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser, ...globals.node, ...globals.worker } } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig },
    },
  },
  {
    rules: {
      'no-undef': 'off', // TypeScript knows the names
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      'svelte/no-at-html-tags': 'error',
      'svelte/require-each-key': 'error',
      'no-restricted-properties': [
        'error',
        ...['dataSync', 'arraySync'].map((property) => ({
          property,
          message:
            'It blocks, and on WebGPU it can kill the GPU process. Use await data(), or ops/host for wasm and cpu.',
        })),
      ],
    },
  },
  {
    files: ['test/e2e/*.spec.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.object.name='page'][callee.property.name='goto']",
          message:
            'goto keeps the page, and its runs, where only the fragment differs. Use visit() for a new page or follow() for the same one.',
        },
      ],
    },
  },
);
