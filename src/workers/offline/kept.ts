/**
 * @file What the service worker remembers about versions of the site, and how that changes: which one it serves, which
 * one is ready to replace it, and which version each open page has. Pure, so that a page can never get files of two
 * versions by a mistake in the handling of caches.
 */

/** A complete version: all files of these groups are kept and were verified. */
export interface Complete {
  readonly version: string;
  readonly groups: readonly string[];
}

/** An open page or worker, by the browser's id. */
interface Client {
  readonly version: string;
  /** Milliseconds since 1970 at which it was noted: a page being loaded is not among the browser's open pages yet. */
  readonly at: number;
  /** It has been among them since. */
  readonly seen: boolean;
}

export interface Kept {
  /** The version that new pages get. */
  readonly current?: Complete;
  /** A newer one, complete, which waits until no page uses the current one or the user accepts it. */
  readonly ready?: Complete;
  /** The version being downloaded. */
  readonly filling?: string;
  /** The download of this version is not begun again without the user. */
  readonly stopped?: { readonly version: string; readonly because: string };
  /** Former versions that open pages still use. */
  readonly former: readonly Complete[];
  readonly clients: Readonly<Record<string, Client>>;
}

export const NOTHING: Kept = { former: [], clients: {} };

/** What pages are told. */
export type Status = Pick<Kept, 'current' | 'ready' | 'filling' | 'stopped'>;

export const statusOf = ({ current, ready, filling, stopped }: Kept): Status => ({
  ...(current && { current }),
  ...(ready && { ready }),
  ...(filling !== undefined && { filling }),
  ...(stopped && { stopped }),
});

/** Until the browser lists a page that is being loaded. */
const LOADING_MS = 60_000;

const without = <K extends keyof Kept>(kept: Kept, ...names: readonly K[]): Omit<Kept, K> =>
  Object.fromEntries(
    Object.entries(kept).filter(([name]) => !names.includes(name as K)),
  ) as unknown as Omit<Kept, K>;

export const begun = (kept: Kept, version: string): Kept => ({
  ...without(kept, 'stopped'),
  filling: version,
});

export const stopped = (kept: Kept, version: string, because: string): Kept => ({
  ...kept,
  stopped: { version, because },
});

/** All files of these groups have arrived. The first version serves at once, a later one waits. */
export function completed(kept: Kept, version: string, groups: readonly string[]): Kept {
  const rest = without(kept, 'filling', 'stopped') as Kept;
  const more = (had: Complete) => ({
    version,
    groups: [...new Set([...had.groups, ...groups])].sort(),
  });
  if (!kept.current) return { ...rest, current: { version, groups } };
  if (kept.current.version === version)
    // The host went back to the version in use.
    return { ...(without(rest, 'ready') as Kept), current: more(kept.current) };
  return {
    ...rest,
    ready: kept.ready?.version === version ? more(kept.ready) : { version, groups },
  };
}

/** The version that is ready becomes the current one. Pages that use the former one keep it. */
export function replaced(kept: Kept): Kept {
  if (!kept.ready) return kept;
  const { ready, current, former } = kept;
  const others = former.filter(({ version }) => version !== ready.version);
  return {
    ...(without(kept, 'ready') as Kept),
    current: ready,
    former: current ? [...others, current] : others,
  };
}

/** Forgets pages that are closed, and former versions that none of the others uses. */
export function pruned(kept: Kept, open: readonly string[], now: number): Kept {
  const clients = Object.fromEntries(
    Object.entries(kept.clients)
      .map(([id, one]) => [id, { ...one, seen: one.seen || open.includes(id) }] as const)
      .filter(([id, { at, seen }]) => open.includes(id) || (!seen && now - at < LOADING_MS)),
  );
  const used = new Set(Object.values(clients).map(({ version }) => version));
  return { ...kept, clients, former: kept.former.filter(({ version }) => used.has(version)) };
}

/** A page has this version; `seen` if it says so itself. */
export const noted = (kept: Kept, id: string, version: string, now: number, seen = false): Kept =>
  id === '' ? kept : { ...kept, clients: { ...kept.clients, [id]: { version, at: now, seen } } };

/**
 * A page is opened: it gets the current version. If a newer one is ready and no open page has the current one, the newer
 * one replaces it first.
 */
export function opened(kept: Kept, id: string, open: readonly string[], now: number): Kept {
  const { current } = kept;
  const used = open.some((one) => one !== id && kept.clients[one]?.version === current?.version);
  const next = pruned(kept.ready && !used ? replaced(kept) : kept, open, now);
  return next.current ? noted(next, id, next.current.version, now) : next;
}

export const completeOnes = ({ current, ready, former }: Kept): readonly Complete[] =>
  [current, ready, ...former].filter((one) => one !== undefined);

/** Versions whose caches must stay; all others are deleted. */
export const needed = (kept: Kept): readonly string[] => [
  ...completeOnes(kept).map(({ version }) => version),
  ...(kept.filling === undefined ? [] : [kept.filling]),
];

/** The complete version that this page or worker has. */
export function versionFor(kept: Kept, id: string): Complete | undefined {
  const version = kept.clients[id]?.version;
  return completeOnes(kept).find((one) => one.version === version);
}
