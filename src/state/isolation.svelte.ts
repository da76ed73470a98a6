/**
 * @file Brings cross-origin isolation to a page whose host sends no headers, so that WebAssembly can use several
 * threads: registers the service worker that adds them, and loads the page once more, but never under the user's hand.
 *
 * A host that sends the headers needs none of this. A page inside another page never does it: whether it is isolated
 * depends on the page around it.
 */
import { OFFLINE_SWITCH, SWITCH } from '../workers/isolation/headers';

/** Why this page is isolated or is not. */
export type Isolation =
  | { readonly kind: 'isolated' }
  /** The service worker is being installed. */
  | { readonly kind: 'starting' }
  /** The service worker is there; pages are isolated from the next load on. */
  | { readonly kind: 'atReload' }
  | { readonly kind: 'off' | 'forgotten' | 'framed' | 'insecure' | 'noServiceWorker' }
  /** `message` is the browser's own. */
  | { readonly kind: 'refused'; readonly message: string };

/** What it needs of the browser. */
export interface Around {
  readonly isolated: boolean;
  readonly framed: boolean;
  readonly secure: boolean;
  readonly search: string; // of the address
  readonly workers: Pick<ServiceWorkerContainer, 'register' | 'getRegistrations'> | undefined;
  /** The site's root; only its own service workers are removed. */
  readonly root: string;
  reload(): void;
  /** Remembers, for this tab, that it has been loaded once more; false if that cannot be remembered. */
  mark(on: boolean): boolean;
  readonly marked: boolean;
}

const WORKER = 'service-worker.js';

export class IsolationHere {
  state = $state.raw<Isolation>({ kind: 'starting' });
  /** The user has begun to do something here, which a reload would interrupt. */
  #touched = false;

  touch = () => {
    this.#touched = true;
  };

  /** `computes`: this page trains or writes, and so gains by being loaded once more. */
  async bring(around: Around, computes: () => boolean): Promise<void> {
    if (around.isolated) {
      around.mark(false);
      this.state = { kind: 'isolated' };
      return;
    }
    const reason = whyNot(around);
    if (reason) {
      this.state = reason;
      if (reason.kind === 'off' || reason.kind === 'forgotten') await remove(around);
      return;
    }
    try {
      const registration = await around.workers!.register(`${around.root}${WORKER}`, {
        scope: around.root,
      });
      await activeIn(registration);
    } catch (error) {
      this.state = {
        kind: 'refused',
        message: error instanceof Error ? error.message : `${error}`,
      };
      return;
    }
    if (around.marked) {
      // It was loaded once more already, and still is not isolated: doing it again would never end.
      this.state = { kind: 'refused', message: 'the headers did not arrive' };
      return;
    }
    this.state = { kind: 'atReload' };
    if (computes()) this.#again(around);
  }

  /** On the way to another page of the site: true if that page is loaded again instead of shown. */
  leave(
    around: Around,
    { computes, left }: { computes: boolean; left: 'reading' | 'tool' },
  ): boolean {
    if (this.state.kind !== 'atReload' || !computes || left === 'tool') return false;
    this.#touched = false; // the hand has just left the page it was on
    return this.#again(around);
  }

  #again(around: Around): boolean {
    if (this.#touched || !around.mark(true)) return false;
    around.reload();
    return true;
  }
}

function whyNot({ search, framed, secure, workers }: Around): Isolation | undefined {
  const switches = new URLSearchParams(search);
  if (switches.get(SWITCH) === 'off') return { kind: 'off' };
  if (switches.get(OFFLINE_SWITCH) === 'off') return { kind: 'forgotten' };
  if (framed) return { kind: 'framed' };
  if (!secure) return { kind: 'insecure' };
  return workers ? undefined : { kind: 'noServiceWorker' };
}

async function remove({ workers, root }: Around): Promise<void> {
  const registrations = (await workers?.getRegistrations().catch(() => [])) ?? [];
  await Promise.all(
    registrations.filter(({ scope }) => scope === root).map((one) => one.unregister()),
  );
}

function activeIn({ active, waiting, installing }: ServiceWorkerRegistration): Promise<void> {
  const worker = installing ?? waiting ?? active;
  if (!worker) return Promise.reject(new Error('the browser dropped the service worker'));
  if (worker.state === 'activated') return Promise.resolve();
  return new Promise((resolve, reject) => {
    worker.addEventListener('statechange', () => {
      if (worker.state === 'activated') resolve();
      if (worker.state === 'redundant') reject(new Error('it could not be installed'));
    });
  });
}

export const isolation = new IsolationHere();
