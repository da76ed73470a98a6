/** @file The service worker's part of working offline: answers requests from complete versions, and remembers which. */
import { answerTo, neverChanges, pathBelow } from './answers';
import {
  begun,
  completed,
  completeOnes,
  needed,
  noted,
  NOTHING,
  opened,
  pruned,
  replaced,
  statusOf,
  stopped,
  versionFor,
  type Complete,
  type Kept,
} from './kept';
import { cacheName, filesOf, LIST, memoryName, readList, urlOf, versionOf } from './list';
import type { Ask, Told } from './messages';

/** What it needs of the service worker's surroundings. */
export interface Surroundings {
  readonly root: string;
  readonly caches: CacheStorage;
  /** Ids of all open pages and workers, and the addresses of workers. */
  open(): Promise<readonly string[]>;
  /** The address of a page or worker. */
  addressOf(id: string): Promise<string | undefined>;
  tell(told: Told): Promise<void>;
  now(): number;
}

interface Asked {
  readonly url: string;
  readonly navigates: boolean;
  /** Of the page or worker that asks; of the page being opened if it navigates. */
  readonly client: string;
}

const MEMORY = 'kept.json';

export class Keeper {
  readonly #around: Surroundings;
  #kept: Kept | undefined;
  #loading: Promise<void> | undefined;
  /** Changes are made one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  /** The files of complete versions, by version and groups. */
  readonly #files = new Map<string, ReadonlySet<string>>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Known to have nothing: requests need no detour. */
  get empty(): boolean {
    return this.#kept !== undefined && completeOnes(this.#kept).length === 0;
  }

  /** A kept file as the answer; `network` is asked if there is none. */
  async answer(asked: Asked, network: () => Promise<Response>): Promise<Response> {
    const path = pathBelow(asked.url, this.#around.root);
    if (path === undefined) return network();
    return asked.navigates
      ? this.#page(path, asked, network)
      : this.#part(path, asked.client, network);
  }

  async receive(ask: Ask, client: string): Promise<Told> {
    let refused: string | undefined;
    if (ask.type === 'complete') refused = await this.#missing(ask);
    await this.#change(async (kept) => {
      switch (ask.type) {
        case 'here':
          return noted(
            kept,
            ask.worker ?? client,
            ask.version,
            this.#around.now(),
            ask.worker === undefined,
          );
        case 'begin':
          return begun(kept, ask.version);
        case 'complete':
          return refused === undefined ? completed(kept, ask.version, ask.groups) : kept;
        case 'stop':
          return stopped(kept, ask.version, ask.because);
        case 'accept':
          return replaced(kept);
        case 'status':
          return pruned(kept, await this.#around.open(), this.#around.now());
      }
    });
    const told: Told = {
      type: 'offline',
      status: statusOf(this.#kept!),
      ...(refused !== undefined && { refused }),
    };
    if (ask.type !== 'status' && ask.type !== 'here') await this.#around.tell(told);
    return told;
  }

  async #page(path: string, { url, client }: Asked, network: () => Promise<Response>) {
    await this.#change(async (kept) =>
      kept.current ? opened(kept, client, await this.#around.open(), this.#around.now()) : kept,
    );
    const { current } = this.#kept!;
    if (!current) return network();
    const files = await this.#filesOf(current);
    const found = answerTo(path, (one) => files.has(one));
    if (found?.kind === 'slash') {
      const { pathname, search, origin } = new URL(url);
      return Response.redirect(`${origin}${pathname}/${search}`, 301);
    }
    const kept = found && (await this.#file(current.version, found.path));
    if (kept) return kept;
    try {
      return await network();
    } catch (error) {
      const instead = files.has('404.html') && (await this.#file(current.version, '404.html'));
      if (!instead) throw error;
      return new Response(instead.body, { status: 404, headers: instead.headers });
    }
  }

  async #part(path: string, client: string, network: () => Promise<Response>) {
    await this.#load();
    await this.#last; // a worker that has just been started may ask before its version is noted
    const own =
      versionFor(this.#kept!, client) ??
      versionFor(this.#kept!, (await this.#around.addressOf(client)) ?? '');
    const from = own ? [own] : [];
    if (neverChanges(path)) from.push(...completeOnes(this.#kept!));
    for (const one of from) {
      if (!(await this.#filesOf(one)).has(path)) continue;
      const file = await this.#file(one.version, path);
      if (file) return file;
    }
    return network();
  }

  async #file(version: string, path: string): Promise<Response | undefined> {
    const { caches, root } = this.#around;
    return (await caches.open(cacheName(root, version))).match(urlOf(root, path));
  }

  /** The files of its groups; none if the list is gone, as after the browser has cleared the site's data. */
  async #filesOf({ version, groups }: Complete): Promise<ReadonlySet<string>> {
    const key = [version, ...groups].join(' ');
    let files = this.#files.get(key);
    if (!files) {
      const stored = await this.#file(version, LIST);
      const list = stored && readList(await stored.text());
      files = new Set(list ? filesOf(list, groups).map(({ path }) => path) : []);
      this.#files.set(key, files);
    }
    return files;
  }

  /** Says which file is missing of what should be complete. */
  async #missing({ version, groups }: Complete): Promise<string | undefined> {
    const { caches, root } = this.#around;
    const files = await this.#filesOf({ version, groups });
    this.#files.clear(); // it is read again once it is complete
    if (files.size === 0) return `the list of version ${version} is missing`;
    const stored = await (await caches.open(cacheName(root, version))).keys();
    const urls = new Set(stored.map(({ url }) => url));
    const missing = [...files].find((path) => !urls.has(urlOf(root, path)));
    return missing === undefined ? undefined : `${missing} is missing`;
  }

  async #load(): Promise<void> {
    this.#loading ??= this.#read();
    await this.#loading;
  }

  async #read(): Promise<void> {
    const { caches, root } = this.#around;
    try {
      const memory = await caches.open(memoryName(root));
      const stored = await memory.match(urlOf(root, MEMORY));
      this.#kept = stored ? ((await stored.json()) as Kept) : NOTHING;
    } catch {
      this.#kept = NOTHING; // storage is forbidden: everything comes from the network
    }
  }

  async #change(next: (kept: Kept) => Promise<Kept>): Promise<void> {
    const change = this.#last.then(async () => {
      await this.#load();
      const before = this.#kept!;
      const after = await next(before);
      if (after === before || JSON.stringify(after) === JSON.stringify(before)) return;
      this.#kept = after;
      await this.#write(after);
      if (needed(before).join() !== needed(after).join()) await this.#discard(after);
    });
    this.#last = change.catch(() => {});
    await change;
  }

  async #write(kept: Kept): Promise<void> {
    const { caches, root } = this.#around;
    try {
      const memory = await caches.open(memoryName(root));
      await memory.put(urlOf(root, MEMORY), new Response(JSON.stringify(kept)));
    } catch {
      // The disk is full. What is kept stays valid; the next change tries again.
    }
  }

  async #discard(kept: Kept): Promise<void> {
    const { caches, root } = this.#around;
    const stays = needed(kept);
    for (const name of await caches.keys()) {
      const version = versionOf(root, name);
      if (version !== undefined && !stays.includes(version)) await caches.delete(name);
    }
  }
}
