/** @file Sentences about what this browser can do: a headline, a table, and both as one text. */
import { MOST_THREADS } from '../core/backendFacts';
import type { Abilities, AbilityRow } from './abilities';
import type { Isolation } from './isolation.svelte';
import type { Offline } from './offline.svelte';
import { sayNotIsolated } from './sayEngine';
import { sayOffline } from './sayOffline';
import { sayIndexedDB, sayLocalStorage, sayRoom, sayServiceWorker } from './sayStorage';

/** Why WebAssembly uses one thread here; undefined if it uses several. */
function whyOneThread(facts: Abilities, isolation: Isolation): string | undefined {
  if (!facts.isolated) return sayNotIsolated(isolation);
  if (!facts.sharedMemory) return 'the browser has no memory that threads can share';
  if (facts.cores === undefined)
    return 'the browser does not say how many processor cores there are';
  return facts.cores < 2 ? 'the browser reports one processor core' : undefined;
}

const hasCard = ({ webgpu }: Abilities) => webgpu.kind === 'adapter' && !webgpu.software;
const keeps = (facts: Abilities) => facts.localStorage && facts.indexedDB;

/** The most important finding, in one sentence. */
export function sayHeadline(facts: Abilities, isolation: Isolation): string {
  if (!facts.workers)
    return 'This browser cannot train here, because it does not let the page start workers.';
  const unkept = keeps(facts) ? '' : ' Nothing is kept after the page is closed.';
  if (hasCard(facts))
    return keeps(facts)
      ? 'This browser can do everything.'
      : `Everything works while the page is open.${unkept}`;
  if (facts.wasm !== 'simd')
    return `Everything works, but training is slow, because this browser has no ${facts.wasm === 'none' ? 'WebAssembly' : 'SIMD in WebAssembly'}.${unkept}`;
  const reload = !facts.isolated && isolation.kind === 'atReload';
  const why = reload ? 'the page must be reloaded once' : whyOneThread(facts, isolation);
  if (why !== undefined)
    return `Everything works; training uses one core, because ${why}.${unkept}`;
  return unkept === ''
    ? 'This browser can do everything.'
    : `Everything works while the page is open.${unkept}`;
}

export const sayRows = (
  facts: Abilities,
  isolation: Isolation,
  offline: Offline,
): readonly AbilityRow[] => [
  sayWebGpu(facts),
  sayWasm(facts),
  sayWorkers(facts),
  sayThreads(facts, isolation),
  saySharedMemory(facts),
  sayLocalStorage(facts),
  sayIndexedDB(facts),
  sayRoom(facts),
  sayServiceWorker(facts),
  sayOffline(offline),
  sayClipboard(facts),
  {
    name: 'Saving files',
    ...(facts.savesFiles
      ? { found: 'Available.', means: 'Students can save results, pictures and models as files.' }
      : {
          found: 'Missing.',
          means: 'Students cannot save results as files; they can still copy a code.',
          helps: 'A current browser.',
        }),
  },
  sayScreen(facts),
  {
    name: 'Language',
    found: facts.language === '' ? 'Not given.' : `${facts.language}.`,
    means: 'The site is in English, whatever language the browser prefers.',
  },
  {
    name: 'Reduced motion',
    found: facts.reducedMotion ? 'Requested.' : 'Not requested.',
    means: facts.reducedMotion
      ? 'Nothing moves by itself.'
      : 'Some pictures move; the system’s setting for reduced motion stops them.',
  },
  {
    name: 'Browser',
    found: facts.browser === '' ? 'Not given.' : facts.browser,
    means: 'This is what the browser calls itself; a current version has the most abilities.',
  },
];

function sayWebGpu({ webgpu, secure }: Abilities): AbilityRow {
  const name = 'WebGPU';
  const means = 'Training uses the processor, which is enough for the lessons.';
  if (webgpu.kind === 'adapter')
    return webgpu.software
      ? {
          name,
          found: `Computed on the processor (${webgpu.name}).`,
          means,
          helps: 'A graphics card whose driver the browser accepts.',
        }
      : { name, found: `${webgpu.name}.`, means: 'Training can use the graphics card.' };
  if (webgpu.because === 'noAnswer')
    return {
      name,
      found: `The browser gave no graphics adapter (${webgpu.message}).`,
      means,
      helps: 'Restart the browser, or update the graphics driver.',
    };
  if (webgpu.because === 'noAdapter')
    return {
      name,
      found: 'The browser has WebGPU, but offers no graphics adapter.',
      means,
      helps:
        'A newer graphics driver, or hardware acceleration switched on in the browser’s settings.',
    };
  return {
    name,
    found: secure ? 'This browser has no WebGPU.' : 'Hidden, because this page came without HTTPS.',
    means,
    helps: secure ? 'A current browser.' : 'Open the site over HTTPS.',
  };
}

function sayWasm({ wasm }: Abilities): AbilityRow {
  const name = 'WebAssembly';
  if (wasm === 'simd')
    return { name, found: 'Available, with SIMD.', means: 'Training is fast on the processor.' };
  return {
    name,
    found: wasm === 'noSimd' ? 'Available, but without SIMD.' : 'Missing.',
    means: 'Without a graphics card, training is many times slower.',
    helps: 'A current browser, without a policy or mode that switches WebAssembly off.',
  };
}

const sayWorkers = ({ workers }: Abilities): AbilityRow =>
  workers
    ? { name: 'Workers', found: 'A worker started.', means: 'Pages can train.' }
    : {
        name: 'Workers',
        found: 'No worker started.',
        means: 'Models cannot be trained; lessons can be read.',
        helps: 'A current browser, without an extension or proxy that forbids workers.',
      };

function sayThreads(facts: Abilities, isolation: Isolation): AbilityRow {
  const name = 'Threads';
  const why = whyOneThread(facts, isolation);
  const cores =
    facts.cores === undefined ? '' : ` (${facts.cores} ${facts.cores === 1 ? 'core' : 'cores'})`;
  if (why === undefined)
    return {
      name,
      found: `${Math.min(facts.cores!, MOST_THREADS)} threads${cores}, because the page is cross-origin isolated.`,
      means: 'Training on the processor shares its work among them.',
    };
  return {
    name,
    found: `One thread${cores}: ${why}.`,
    means: 'Training on the processor takes longer, with the same results.',
    helps: facts.isolated ? 'Another browser or computer.' : HELPS_ISOLATION[isolation.kind],
  };
}

const HEADERS = 'A host that sends the headers listed in docs/hosting.md.';
const HELPS_ISOLATION: Record<Isolation['kind'], string> = {
  isolated: HEADERS,
  starting: 'Wait a moment: the page is adding the headers itself.',
  atReload: 'Reload the page once.',
  off: 'Remove isolation=off from the address.',
  forgotten: 'Remove offline=off from the address.',
  framed: 'Open the site in a tab of its own.',
  insecure: 'Open the site over HTTPS.',
  noServiceWorker: `A window that is not private. ${HEADERS}`,
  refused: HEADERS,
};

const saySharedMemory = ({ sharedMemory }: Abilities): AbilityRow =>
  sharedMemory
    ? { name: 'Shared memory', found: 'Available.', means: 'Threads can work on one model.' }
    : {
        name: 'Shared memory',
        found: 'Missing.',
        means: 'One thread trains each model.',
        helps: 'The same as for threads.',
      };

const sayClipboard = ({ clipboard }: Abilities): AbilityRow =>
  clipboard
    ? { name: 'Clipboard', found: 'Available.', means: 'Buttons copy links and codes.' }
    : {
        name: 'Clipboard',
        found: 'Missing.',
        means: 'Students select links and codes, and copy them by hand.',
        helps: 'HTTPS, and a current browser.',
      };

/** Narrower windows show one column. */
const NARROW = 720;

function sayScreen({ screen: { width, height, windowWidth } }: Abilities): AbilityRow {
  const name = 'Screen';
  if (width === 0)
    return { name, found: 'Not given.', means: 'Every page works from 390 pixels of width.' };
  return {
    name,
    found: `${width} × ${height} pixels; this window is ${windowWidth} pixels wide.`,
    ...(windowWidth < NARROW
      ? {
          means: 'Everything works, with the parts of a page below one another.',
          helps: 'A larger window.',
        }
      : { means: 'The parts of a page fit side by side.' }),
  };
}

export interface Stamp {
  readonly version: string;
  readonly date: Date;
}

/** All of it as plain text. */
export const sayAll = (
  headline: string,
  rows: readonly AbilityRow[],
  { version, date }: Stamp,
): string =>
  [
    `Zebra Lab ${version}: what this browser can do, ${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    headline,
    '',
    ...rows.map(
      ({ name, found, means, helps }) =>
        `${name}: ${found} ${means}${helps === undefined ? '' : ` What would help: ${helps}`}`,
    ),
  ].join('\n');
