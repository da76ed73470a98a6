/**
 * @file Keeps the site on this device, so that it works without a network: registers the service worker, downloads the
 * files of the newest version when the page is idle, and asks before a new version replaces the page in use.
 */
import { within } from '../core/patience';
import { fill, FillError, type FillProblem, type Sources } from '../workers/offline/fill';
import type { Status } from '../workers/offline/kept';
import {
  bytesOf,
  filesOf,
  groupsFor,
  isOwn,
  LIST,
  readList,
  urlOf,
  versionOf,
  type FileList,
} from '../workers/offline/list';
import { tellAll } from '../workers/offline/tell';
import { MARK, type Ask, type Told } from '../workers/offline/messages';

/** Why this page keeps nothing. */
export type Unavailable =
  'framed' | 'insecure' | 'noServiceWorker' | 'off' | 'forgotten' | 'failed';

export type Offline =
  /** Not looked at yet. */
  | { readonly kind: 'looking' }
  | { readonly kind: 'unavailable'; readonly why: Unavailable; readonly message?: string }
  /** Nothing is kept, or not all of it. `metered`: it is downloaded only on request. */
  | { readonly kind: 'none'; readonly bytes: number | undefined; readonly metered: boolean }
  | { readonly kind: 'filling'; readonly done: number; readonly of: number }
  | { readonly kind: 'elsewhere' } // another tab downloads
  | { readonly kind: 'stopped'; readonly problem: FillProblem }
  | { readonly kind: 'kept'; readonly bytes: number; readonly more: number };

/** What it needs of the browser. */
export interface OfflineAround {
  readonly unavailable: Unavailable | undefined;
  readonly root: string;
  readonly language: string;
  /** The version of this page, which its HTML names. */
  readonly version: string | undefined;
  readonly metered: boolean;
  readonly workers: ServiceWorkerContainer | undefined;
  readonly caches: CacheStorage | undefined;
  readonly sources: Omit<Sources, 'root' | 'signal' | 'progress' | 'pause'>;
  /** Resolves when the page and its first model have been loaded, and nothing else is fetched. */
  idle(): Promise<void>;
  /** Runs `work` if no other tab does so already; otherwise returns false. */
  alone(work: () => Promise<void>): Promise<boolean>;
  /** False if there is certainly no network. */
  online(): boolean;
  /** Calls `back` once, when there is a network again. */
  whenOnline(back: () => void): void;
  /** Asks the browser not to clear the site's storage by itself. */
  persist(): void;
  reload(): void;
}

const WORKER = 'service-worker.js';
/** For each answer of the service worker, in milliseconds. Checking a complete version takes a moment. */
const PATIENCE = 30_000;

export class OfflineHere {
  state = $state.raw<Offline>({ kind: 'looking' });
  status = $state.raw<Status>({});
  /** A newer version than this page's is complete. */
  update = $derived.by(() => {
    const newest = this.status.ready ?? this.status.current;
    return newest !== undefined && this.#version !== undefined && newest.version !== this.#version;
  });

  #around: OfflineAround | undefined;
  #version = $state.raw<string | undefined>(undefined);
  #registration: ServiceWorkerRegistration | undefined;
  #list: { readonly list: FileList; readonly text: string } | undefined;
  #stop: AbortController | undefined;
  /** Ends the wait for an idle page. */
  #hurry = () => {};
  #pressed = false;

  /** Looks at what is kept, and goes on with it if that may happen by itself. */
  async begin(around: OfflineAround): Promise<void> {
    this.#around = around;
    this.#version = around.version;
    const { unavailable: why, workers } = around;
    if (why === 'forgotten') await this.#forget();
    if (why) {
      this.state = { kind: 'unavailable', why };
      return;
    }
    try {
      if (!this.#pressed)
        await Promise.race([
          around.idle(),
          new Promise<void>((resolve) => (this.#hurry = resolve)),
        ]);
      this.#registration = await registered(workers!, around.root);
      workers!.addEventListener('message', ({ data }) => {
        if ((data as Told).type === 'offline') this.#hear((data as Told).status);
      });
      if (around.version !== undefined) await this.#ask({ type: 'here', version: around.version });
      tellAll();
      await this.#ask({ type: 'status' });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.state = { kind: 'unavailable', why: 'failed', message };
      return;
    }
    await this.#fetchList();
    this.#show();
    const { stopped } = this.status;
    if (this.#pressed) await this.take();
    else if (!this.#complete() && !around.metered && stopped?.version !== this.#list?.list.version)
      await this.#take(false, false);
  }

  /** The button: now, on any connection; with `everything`, also what is optional. */
  async take(everything = false): Promise<void> {
    if (!this.#registration) {
      this.#pressed = true;
      this.#hurry();
      return;
    }
    this.#around?.persist();
    await this.#fetchList();
    await this.#take(everything, true);
  }

  cancel(): void {
    this.#stop?.abort();
  }

  /** The new version replaces the current one, here; other tabs keep theirs until they are loaded again. */
  async load(): Promise<void> {
    if (this.status.ready) await this.#ask({ type: 'accept' });
    this.#around?.reload();
  }

  async #take(everything: boolean, pressed: boolean): Promise<void> {
    const around = this.#around!;
    const found = this.#list;
    if (!found) {
      if (pressed) this.state = { kind: 'stopped', problem: { kind: 'network' } };
      return;
    }
    const { list, text } = found;
    const groups = this.#groups(list, everything);
    const stop = (this.#stop = new AbortController());
    const began = await around.alone(async () => {
      this.state = { kind: 'filling', done: 0, of: bytesOf(filesOf(list, groups)) };
      try {
        await this.#ask({ type: 'begin', version: list.version });
        await fill(list, text, groups, {
          ...around.sources,
          root: around.root,
          signal: stop.signal,
          progress: (done, of) => (this.state = { kind: 'filling', done, of }),
          pause: () => (pressed ? Promise.resolve() : breather()),
        });
        const { refused } = await this.#ask({ type: 'complete', version: list.version, groups });
        if (refused !== undefined) throw new Error(refused);
        this.#show();
      } catch (error) {
        await this.#failed(error, list.version);
      }
    });
    if (!began) this.state = { kind: 'elsewhere' };
  }

  async #failed(error: unknown, version: string): Promise<void> {
    if (!(error instanceof FillError)) {
      const message = error instanceof Error ? error.message : String(error);
      this.state = { kind: 'unavailable', why: 'failed', message };
      return;
    }
    const { problem } = error;
    this.state = { kind: 'stopped', problem };
    // A lost network returns; nothing else gets better by repeating it on the next page.
    if (problem.kind !== 'network')
      await this.#ask({ type: 'stop', version, because: problem.kind }).catch(() => {});
    else this.#around!.whenOnline(() => void this.#goOn());
  }

  /** The network is back. */
  async #goOn(): Promise<void> {
    if (this.state.kind !== 'stopped') return;
    await this.#fetchList();
    await this.#take(false, false);
  }

  #complete(everything = false): boolean {
    const { list } = this.#list ?? {};
    const { current, ready } = this.status;
    const has = [current, ready].find((one) => one && one.version === list?.version);
    if (!list) return current !== undefined; // without a network, nothing newer is known
    return this.#groups(list, everything).every((group) => has?.groups.includes(group));
  }

  #groups(list: FileList, everything: boolean): readonly string[] {
    const had = this.status.current?.groups ?? [];
    return groupsFor(list, this.#around!.language, { had, everything });
  }

  #hear(status: Status): void {
    this.status = status;
    if (this.state.kind !== 'filling' && this.state.kind !== 'stopped') this.#show();
  }

  #show(): void {
    const { metered } = this.#around!;
    const { list } = this.#list ?? {};
    const size = (everything: boolean) =>
      list ? bytesOf(filesOf(list, this.#groups(list, everything))) : 0;
    if (!this.#complete()) this.state = { kind: 'none', bytes: list && size(false), metered };
    else
      this.state = {
        kind: 'kept',
        bytes: size(false),
        more: this.#complete(true) ? 0 : size(true) - size(false),
      };
  }

  /** The host's list, or the one that is kept if there is no network. */
  async #fetchList(): Promise<void> {
    const { root, sources, caches } = this.#around!;
    const url = urlOf(root, LIST);
    this.#list = undefined;
    try {
      if (!this.#around!.online()) throw new Error('offline');
      const answer = await sources.fetch(url, { cache: 'no-cache', headers: { [MARK]: '1' } });
      const text = answer.ok ? await answer.text() : '';
      const list = readList(text);
      this.#list = list && { list, text };
    } catch {
      // The list that is kept says how much is kept.
    }
    if (this.#list || !caches) return;
    for (const name of await caches.keys()) {
      if (versionOf(root, name) !== this.status.current?.version) continue;
      const text = (await (await (await caches.open(name)).match(url))?.text()) ?? '';
      const list = readList(text);
      this.#list = list && { list, text };
    }
  }

  async #ask(ask: Ask): Promise<Told> {
    const told = await within(
      PATIENCE,
      new Promise<Told>((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => resolve(data as Told);
        this.#registration!.active!.postMessage(ask, [port2]);
      }),
      'the service worker does not answer',
    );
    this.status = told.status;
    return told;
  }

  async #forget(): Promise<void> {
    const { workers, root, caches } = this.#around!;
    const registrations = (await workers?.getRegistrations().catch(() => [])) ?? [];
    for (const one of registrations) if (one.scope === root) await one.unregister();
    for (const name of (await caches?.keys().catch(() => [])) ?? [])
      if (isOwn(root, name)) await caches!.delete(name);
  }
}

/** Gives the page and its host a moment. */
const breather = () => new Promise<void>((resolve) => setTimeout(resolve, 50));

async function registered(
  workers: ServiceWorkerContainer,
  root: string,
): Promise<ServiceWorkerRegistration> {
  const registration = await workers.register(`${root}${WORKER}`, { scope: root });
  const worker = registration.installing ?? registration.waiting ?? registration.active;
  if (!worker) throw new Error('the browser dropped the service worker');
  if (worker.state !== 'activated')
    await within(
      PATIENCE,
      new Promise<void>((resolve, reject) =>
        worker.addEventListener('statechange', () => {
          if (worker.state === 'activated') resolve();
          if (worker.state === 'redundant') reject(new Error('it could not be installed'));
        }),
      ),
      'the service worker does not start',
    );
  return registration;
}

export const offline = new OfflineHere();
