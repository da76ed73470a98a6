/**
 * @file What this browser can do, found without training anything. Every probe has a time limit, and none throws: a
 * probe that fails counts as an ability that is missing. Nothing is sent anywhere.
 */
import { isSoftware, type NoWebGpu } from '../core/backendFacts';
import { within } from '../core/patience';

export type ServiceWorkerState =
  'controls' | 'installed' | 'installing' | 'none' | 'unavailable' | 'noAnswer';

export interface Abilities {
  readonly webgpu: { readonly kind: 'adapter'; name: string; software: boolean } | NoWebGpu;
  readonly wasm: 'simd' | 'noSimd' | 'none';
  /** Whether a worker started: all computing is done in workers. */
  readonly workers: boolean;
  readonly secure: boolean;
  readonly isolated: boolean;
  readonly sharedMemory: boolean;
  /** Undefined if the browser hides it. */
  readonly cores: number | undefined;
  readonly localStorage: boolean;
  readonly indexedDB: boolean;
  /** In bytes; undefined if the browser does not say. */
  readonly quota: number | undefined;
  readonly usage: number | undefined;
  /** Whether the browser promises not to clear the site's storage by itself. */
  readonly persistent: boolean | undefined;
  readonly serviceWorker: ServiceWorkerState;
  readonly clipboard: boolean;
  readonly savesFiles: boolean;
  readonly screen: {
    readonly width: number;
    readonly height: number;
    readonly windowWidth: number;
  };
  readonly language: string;
  readonly reducedMotion: boolean;
  readonly browser: string;
}

export interface AbilityRow {
  readonly name: string;
  readonly found: string;
  /** Whether the browser says it in these words. */
  readonly verbatim?: boolean;
  /** For a class, in one sentence. */
  readonly means: string;
  /** Undefined if nothing is needed. */
  readonly helps?: string;
}

/** Milliseconds for each probe. */
const PATIENCE = 5_000;

/** `root` is the site's root, whose service worker is meant. */
export async function findAbilities(root: string, patience = PATIENCE): Promise<Abilities> {
  /** `fallback` if the probe throws, fails, or does not answer in time. */
  const asked = async <T>(probe: () => T | Promise<T>, fallback: T): Promise<T> => {
    try {
      return await within(patience, Promise.resolve(probe()), 'no answer');
    } catch {
      return fallback;
    }
  };
  const now = <T>(probe: () => T, fallback: T): T => {
    try {
      return probe() ?? fallback;
    } catch {
      return fallback;
    }
  };
  const [webgpu, workers, indexed, estimate, persistent, serviceWorker] = await Promise.all([
    findWebGpu(patience),
    asked(workerStarts, false),
    asked(indexedDBWorks, false),
    asked<StorageEstimate>(() => navigator.storage.estimate(), {}),
    asked<boolean | undefined>(() => navigator.storage.persisted(), undefined),
    asked<ServiceWorkerState>(() => serviceWorkerOf(root), 'noAnswer'),
  ]);
  return {
    webgpu,
    wasm: now(findWasm, 'none'),
    workers,
    secure: now(() => globalThis.isSecureContext, false),
    isolated: now(() => globalThis.crossOriginIsolated, false),
    sharedMemory: now(sharesMemory, false),
    cores: now<number | undefined>(() => navigator.hardwareConcurrency, undefined),
    localStorage: now(localStorageWorks, false),
    indexedDB: indexed,
    quota: estimate.quota,
    usage: estimate.usage,
    persistent,
    serviceWorker,
    clipboard: now(() => typeof navigator.clipboard.writeText === 'function', false),
    savesFiles: now(() => 'download' in HTMLAnchorElement.prototype, false),
    screen: now(
      () => ({ width: screen.width, height: screen.height, windowWidth: innerWidth }),
      { width: 0, height: 0, windowWidth: 0 }, // unknown
    ),
    language: now(() => navigator.language, ''),
    reducedMotion: now(() => matchMedia('(prefers-reduced-motion: reduce)').matches, false),
    browser: now(() => navigator.userAgent, ''),
  };
}

async function findWebGpu(patience: number): Promise<Abilities['webgpu']> {
  try {
    const gpu = (navigator as { gpu?: GPU }).gpu;
    if (!gpu) return { kind: 'noWebGpu', because: 'unsupported' };
    const asking = gpu.requestAdapter({ powerPreference: 'high-performance' });
    const adapter = await within(patience, asking, `it did not answer in ${patience / 1000} s`);
    if (!adapter) return { kind: 'noWebGpu', because: 'noAdapter' };
    const { vendor, architecture, description } = adapter.info;
    const name = [vendor, architecture].filter(Boolean).join(' ') || description;
    const fallback = (adapter.info as { isFallbackAdapter?: boolean }).isFallbackAdapter === true;
    return {
      kind: 'adapter',
      name: name || 'unnamed adapter',
      software: fallback || isSoftware(name),
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'noWebGpu', because: 'noAnswer', message };
  }
}

/** A module with one function, which splats a byte and counts its bits: only an engine with SIMD accepts it. */
// prettier-ignore
const WITH_SIMD = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0,
  10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
];

function findWasm(): Abilities['wasm'] {
  if (typeof WebAssembly !== 'object') return 'none';
  return WebAssembly.validate(new Uint8Array(WITH_SIMD)) ? 'simd' : 'noSimd';
}

const sharesMemory = () =>
  new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer instanceof
  SharedArrayBuffer;

/** From a blob, as the site's own workers do. */
function workerStarts(): Promise<boolean> {
  const url = URL.createObjectURL(new Blob(['postMessage(1)'], { type: 'text/javascript' }));
  const worker = new Worker(url);
  const started = new Promise<boolean>((resolve) => {
    worker.onmessage = () => resolve(true);
    worker.onerror = (event) => {
      event.preventDefault();
      resolve(false);
    };
  });
  const end = () => {
    worker.terminate();
    URL.revokeObjectURL(url);
  };
  setTimeout(end, PATIENCE);
  return started.finally(end);
}

const NAME = 'zebra-lab-health';

function localStorageWorks(): boolean {
  localStorage.setItem(NAME, '1');
  const kept = localStorage.getItem(NAME) === '1';
  localStorage.removeItem(NAME);
  return kept;
}

function indexedDBWorks(): Promise<boolean> {
  return new Promise((resolve) => {
    const request = indexedDB.open(NAME);
    request.onerror = (event) => {
      event.preventDefault();
      resolve(false);
    };
    request.onsuccess = () => {
      request.result.close();
      indexedDB.deleteDatabase(NAME);
      resolve(true);
    };
  });
}

async function serviceWorkerOf(root: string): Promise<ServiceWorkerState> {
  if (!('serviceWorker' in navigator)) return 'unavailable';
  const workers = (navigator as { serviceWorker?: ServiceWorkerContainer }).serviceWorker;
  if (!workers) return 'unavailable';
  const all = await workers.getRegistrations();
  const own = all.find(({ scope }) => scope === root);
  if (!own) return 'none';
  if (!own.active) return 'installing';
  return workers.controller ? 'controls' : 'installed';
}
