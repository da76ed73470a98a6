import { availableParallelism } from 'node:os';
import { defineConfig } from '@playwright/test';
import { chromiumArguments, chromiumPath } from './scripts/test/chromium.mjs';

/** The built page in real Chromium, once with WebGPU (software adapter) and once without. */
const chromium = (webgpu: boolean) => ({
  launchOptions: { executablePath: chromiumPath(), args: chromiumArguments({ webgpu }) },
});

export default defineConfig({
  testDir: 'test/e2e',
  globalSetup: './test/support/announce.ts',
  outputDir: 'test-results',
  timeout: 600_000,
  expect: { timeout: 60_000 },
  workers: Math.min(3, availableParallelism() + 1), // one more than cores: pages spend much of their time waiting
  fullyParallel: true,
  // A machine shared with others can starve a page for minutes; what fails once is listed as flaky and run again.
  retries: 1,
  reporter: [['list']],
  use: {
    baseURL: `http://127.0.0.1:${process.env['ZEBRA_LAB_PORT']}/`,
    actionTimeout: 180_000, // a lost click fails within the time of one test, not of three
    viewport: { width: 1440, height: 900 },
    // Otherwise pages that stay open for a while would download the whole site. Tests of service workers allow them.
    serviceWorkers: 'block',
  },
  projects: [
    // Tests that depend on the backend (@backend) run on both; the rest run once, on what most machines have.
    {
      name: 'webgpu',
      grep: /@backend/,
      use: chromium(true),
      metadata: { webgpu: true },
    },
    {
      name: 'without-webgpu',
      testIgnore: 'crash.spec.ts', // there is no graphics process to lose
      grepInvert: /@alone/,
      use: chromium(false),
      metadata: { webgpu: false },
    },
    // Tests that measure time run last and have the machine to themselves.
    {
      name: 'alone',
      grep: /@alone/,
      dependencies: ['webgpu', 'without-webgpu'],
      workers: 1,
      use: chromium(false),
      metadata: { webgpu: false },
    },
  ],
  webServer: {
    // Any free port, so that two copies of the suite run side by side; the server prints the one it took.
    command: 'npx vite preview --port 0 --host 127.0.0.1',
    wait: { stdout: /127\.0\.0\.1:(?:\W\[\d+m)?(?<zebra_lab_port>\d+)/ },
    stdout: 'ignore',
  },
});
