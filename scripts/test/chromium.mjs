/** @file Where Chromium is and how it is started: shared by the unit, browser and e2e configs and the scripts. */
import { existsSync } from 'node:fs';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
];

/** CHROMIUM_PATH if it is set, else the first known place that exists, otherwise undefined. */
export function findChromium() {
  const asked = process.env.CHROMIUM_PATH;
  if (asked) return existsSync(asked) ? asked : undefined;
  return PLACES.find((place) => existsSync(place));
}

/** For configs: the path, or the usual one, so that reading a config never fails. */
export const chromiumPath = () => findChromium() ?? PLACES[0];

/**
 * Features that cost and that no test needs. The first two load two pages of the browser's own into every new window,
 * which takes as much computing as one of ours; the third starts a process per window that no page uses. Chromium obeys only the last --disable-features, and so this one replaces
 * Playwright's: what of its list matters here is repeated.
 */
const FEATURES_OFF = [
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'SpareRendererForSitePerProcess',
  // From Playwright:
  'AimEnabled',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
];

/**
 * Flags for headless runs. WebGPU on a machine without a GPU needs --enable-unsafe-webgpu;
 * without it navigator.gpu exists and requestAdapter() is null, which is our test of the fallback.
 */
export function chromiumArguments({ webgpu }) {
  const off = webgpu ? FEATURES_OFF : [...FEATURES_OFF, 'WebGPU'];
  return [
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    `--disable-features=${off.join(',')}`,
    ...(webgpu ? ['--enable-unsafe-webgpu'] : []),
  ];
}
