import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { chromiumArguments, chromiumPath } from './scripts/test/chromium.mjs';
import { lessons } from './scripts/lessons/plugin.mjs';
import { notices } from './scripts/notices/plugin.mjs';
import { chunks } from './scripts/build/chunks.mjs';
import { webManifest } from './scripts/build/manifest.mjs';
import { offline } from './scripts/build/offline.mjs';
import { packages } from './scripts/build/packages.mjs';
import { isolation, policy } from './scripts/build/policy.mjs';
import { serviceWorker } from './scripts/build/serviceWorker.mjs';
import { ENGLISH } from './src/core/languages.ts';
import { siteIn } from './scripts/messages/siteIn.ts';
import { home } from './scripts/pages/home.mjs';
import { pages } from './scripts/pages/plugin.mjs';
import { saySizes } from './test/support/deep.ts';
import { silence } from './test/support/silence.ts';

/**
 * Every package that the page or a worker imports. If one is found in the middle of a session, it is bundled then and
 * the page is reloaded: a nuisance to a user, and a test in Chromium that never starts.
 */
const bundledAhead = [
  '@tensorflow/tfjs',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-backend-webgpu',
  'd3',
  'fflate',
  'svelte',
  'svelte/attachments',
  'svelte/reactivity',
];

/** Test files that destroy GPU devices on purpose, and so get a browser that no other file shares. */
const FAULTS = ['test/browser/faults.test.ts', 'test/browser/tfjs.test.ts'];

/** Unit tests that put modules or `fetch` in place of others: modules that other files loaded would not see them. */
const MOCKING = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts') && !name.startsWith('browser'))
  .map((name) => `test/${name.replaceAll('\\', '/')}`)
  .filter((path) => /vi\.mock\(|vi\.stubGlobal\('fetch'/.test(readFileSync(path, 'utf8')));

const inNode = (name: string, include: string[], exclude: string[], isolate: boolean) => ({
  extends: true as const,
  test: {
    name,
    environment: 'node' as const,
    include,
    exclude,
    isolate,
    globalSetup: ['test/support/prepared.ts'],
    setupFiles: ['test/support/seed.ts'],
    testTimeout: 240_000, // a ceiling for a machine that is busy with other things, not a measure
    hookTimeout: 120_000, // likewise
    maxWorkers: availableParallelism(), // one fewer is usual, which of two cores leaves one idle
  },
});

const inChromium = (name: string, include: string[], exclude: string[] = []) => ({
  extends: true as const,
  // A package missing from the list fails by name, instead of reloading the page under a running test.
  optimizeDeps: { include: [...bundledAhead, 'fast-check'], noDiscovery: true },
  test: {
    name,
    include,
    exclude,
    testTimeout: 240_000,
    hookTimeout: 120_000,
    fileParallelism: false, // one GPU process, two cores
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: {
          executablePath: chromiumPath(),
          args: chromiumArguments({ webgpu: true }),
        },
      }),
      instances: [{ browser: 'chromium' as const }],
    },
  },
});

const third = notices();

/** `npm run build` builds the site in one language after the other; the others go into the same folder as English. */
const site = siteIn(import.meta.dirname, process.env['ZEBRA_LANGUAGE']);
const { language, translations, inLanguage } = site;
const isEnglish = language.tag === ENGLISH.tag;

export default defineConfig({
  base: process.env['BASE_PATH'] ?? './',
  define: inLanguage.define,
  appType: 'mpa', // an address that does not exist is not answered with the home page
  plugins: [
    policy(),
    webManifest(),
    isolation(),
    serviceWorker(isEnglish),
    third.page,
    ...inLanguage.plugins,
    lessons(translations),
    home(inLanguage),
    svelte(),
    pages(site),
    packages(language),
    offline(language),
  ],
  assetsInclude: ['**/*.safetensors', '**/*.zip'],
  build: {
    target: 'es2022',
    emptyOutDir: isEnglish,
    copyPublicDir: isEnglish,
    chunkSizeWarningLimit: 1500,
    rolldownOptions: { output: { codeSplitting: chunks() } },
  },
  worker: {
    format: 'es', // lazy chunks in the worker: only the chosen backend is loaded
    plugins: () => [...inLanguage.plugins, ...third.workers()],
    rolldownOptions: { output: { comments: { legal: false } } }, // third-party-notices.txt has them once
  },
  optimizeDeps: { include: bundledAhead },

  test: {
    // Longer than a test may take: a silence this long is not a test whose timeout could end it.
    reporters: [
      'default',
      silence({ longest: 260_000 }),
      { onInit: () => console.log(saySizes()) },
    ],
    // `npm run coverage`. Components run in Chromium alone, and are not counted.
    coverage: {
      provider: 'v8',
      reportOnFailure: true,
      include: ['src/**/*.ts'],
      exclude: ['src/**/*.as.ts', 'src/**/*.d.ts'],
      reporter: ['text-summary', 'html', 'json-summary'],
    },
    env: { DEEP: process.env['DEEP'] ?? '' }, // into browsers, too
    projects: [
      // Files share a process: starting one for each took as long as half of the tests.
      inNode('unit', ['test/**/*.test.ts'], ['test/browser/**', 'test/e2e/**', ...MOCKING], false),
      inNode('mocking', MOCKING, [], true),
      inChromium('browser', ['test/browser/**/*.test.ts'], FAULTS),
      inChromium('faults', FAULTS),
    ],
  },
});
