/**
 * @file Downloads what is missing of a version into its cache, file by file, and checks each against the list. What has
 * arrived stays, so the next attempt goes on from there. Files that another version has already are copied.
 */
import { neverChanges, typeOf } from './answers';
import {
  bytesOf,
  cacheName,
  filesOf,
  LIST,
  urlOf,
  versionOf,
  type FileList,
  type ListedFile,
} from './list';
import { MARK } from './messages';

export interface Sources {
  readonly root: string;
  readonly caches: Pick<CacheStorage, 'open' | 'keys'>;
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** The first 32 hexadecimal digits of the SHA-256. */
  hash(bytes: ArrayBuffer): Promise<string>;
  /** Bytes that may still be stored; undefined if the browser does not say. */
  room(): Promise<number | undefined>;
  /** Between two files. */
  pause(): Promise<void>;
  progress(done: number, of: number): void;
  readonly signal: AbortSignal;
}

export type FillProblem =
  | { readonly kind: 'cancelled' | 'network' }
  /** The host answered with an error. */
  | { readonly kind: 'status'; readonly path: string; readonly status: number }
  /** Not the file of the list: damaged, changed on its way, or the site was updated meanwhile. */
  | { readonly kind: 'differs'; readonly path: string }
  /** Bytes; unknown if the browser refused to store a file in spite of its promise. */
  | { readonly kind: 'room'; readonly needed: number; readonly room: number | undefined };

export class FillError extends Error {
  readonly problem: FillProblem;

  constructor(problem: FillProblem) {
    super(problem.kind);
    this.problem = problem;
  }
}

/** Files at a time. */
const LANES = 3;

/** `listed` is the list as it came, which is stored beside the files. */
export async function fill(
  list: FileList,
  listed: string,
  groups: readonly string[],
  from: Sources,
): Promise<void> {
  const { root, caches, signal } = from;
  const cache = await caches.open(cacheName(root, list.version));
  const wanted = filesOf(list, groups);
  const present = new Set((await cache.keys()).map(({ url }) => url));
  const missing = wanted.filter(({ path }) => !present.has(urlOf(root, path)));
  const all = bytesOf(wanted);
  let done = all - bytesOf(missing);
  from.progress(done, all);

  const store = async (path: string, body: BodyInit) => {
    try {
      await cache.put(
        urlOf(root, path),
        new Response(body, { headers: { 'Content-Type': typeOf(path) } }),
      );
    } catch (error) {
      if ((error as Error).name !== 'QuotaExceededError') throw error;
      throw new FillError({ kind: 'room', needed: all - done, room: undefined });
    }
  };

  const others = await Promise.all(
    (await caches.keys())
      .filter((name) => ![undefined, list.version].includes(versionOf(root, name)))
      .map((name) => caches.open(name)),
  );
  const copyOf = async ({ path, hash }: ListedFile): Promise<ArrayBuffer | undefined> => {
    for (const other of others) {
      const bytes = await (await other.match(urlOf(root, path)))?.arrayBuffer();
      if (bytes && (await from.hash(bytes)) === hash) return bytes;
    }
    return undefined;
  };

  const room = await from.room();
  const needed = all - done;
  if (room !== undefined && needed > room) throw new FillError({ kind: 'room', needed, room });

  await store(LIST, listed);
  const queue = [...missing];
  const lane = async () => {
    for (let file = queue.shift(); file; file = queue.shift()) {
      if (signal.aborted) throw new FillError({ kind: 'cancelled' });
      await store(file.path, (await copyOf(file)) ?? (await download(file, from)));
      done += file.bytes;
      from.progress(done, all);
      await from.pause();
    }
  };
  const lanes = Array.from({ length: LANES }, () =>
    lane().catch((error: unknown) => {
      queue.length = 0; // the other lanes end after their file
      throw error;
    }),
  );
  const failed = (await Promise.allSettled(lanes)).find(({ status }) => status === 'rejected');
  if (failed) throw (failed as PromiseRejectedResult).reason;
}

/**
 * Some hosts redirect `lab/index.html` to `lab/`, others know it only by its file's name. Browsers may have a former
 * version in their own cache, so a file that differs is fetched once more past it.
 */
async function download({ path, hash }: ListedFile, from: Sources): Promise<ArrayBuffer> {
  const folder = path.replace(/(^|\/)index\.html$/, '$1');
  const tries: readonly (readonly [string, RequestCache])[] = [
    [folder, neverChanges(path) ? 'default' : 'no-cache'],
    [folder, 'reload'],
    ...(folder === path ? [] : ([[path, 'reload']] as const)),
  ];
  let problem: FillProblem | undefined;
  for (const [name, cache] of tries) {
    const { status, bytes } = await got(name, cache, from);
    if ((await from.hash(bytes)) === hash) return bytes;
    problem = status >= 400 ? { kind: 'status', path, status } : { kind: 'differs', path };
  }
  throw new FillError(problem!);
}

async function got(path: string, cache: RequestCache, { root, fetch, signal }: Sources) {
  try {
    const answer = await fetch(urlOf(root, path), {
      cache,
      signal,
      headers: { [MARK]: '1' },
      credentials: 'same-origin',
    });
    return { status: answer.status, bytes: await answer.arrayBuffer() };
  } catch {
    throw new FillError({ kind: signal.aborted ? 'cancelled' : 'network' });
  }
}
