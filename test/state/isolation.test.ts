/** @file Bringing isolation along: what the page does and says in every kind of surroundings. */
import { describe, expect, test } from 'vitest';
import { IsolationHere, type Around } from '../../src/state/isolation.svelte';
import { sayNotIsolated } from '../../src/state/sayEngine';
import { takesHeaders, withHeaders } from '../../src/workers/isolation/headers';

const ROOT = 'https://school.example/zebra/';

interface Faked extends Around {
  readonly calls: string[];
  readonly workers: NonNullable<Around['workers']>;
}

/** A page on a host without headers, not yet loaded again. */
function page(given: Partial<Around> = {}): Faked {
  const calls: string[] = [];
  let marked = given.marked ?? false;
  const registration = { scope: ROOT, active: { state: 'activated' } };
  const old = (scope: string) => ({
    scope,
    unregister: async () => void calls.push(`unregister ${scope}`),
  });
  return {
    isolated: false,
    framed: false,
    secure: true,
    search: '',
    root: ROOT,
    workers: {
      register: async (url: string | URL, options?: RegistrationOptions) => {
        calls.push(`register ${String(url)} for ${options?.scope}`);
        return registration as unknown as ServiceWorkerRegistration;
      },
      getRegistrations: async () =>
        [old(ROOT), old('https://school.example/other/')] as unknown as ServiceWorkerRegistration[],
    },
    reload: () => calls.push('reload'),
    mark: (on) => {
      marked = on;
      return true;
    },
    ...given,
    get marked() {
      return marked;
    },
    calls,
  } as Faked;
}
const yes = () => true;
const no = () => false;

describe('a page on a host without headers', () => {
  test('that trains registers the service worker for the site’s folder and is loaded again', async () => {
    const here = page();
    const it = new IsolationHere();
    await it.bring(here, yes);
    expect(here.calls).toEqual([`register ${ROOT}service-worker.js for ${ROOT}`, 'reload']);
    expect(here.marked).toBe(true);
  });

  test('is not loaded again once the user has touched it', async () => {
    const here = page();
    const it = new IsolationHere();
    it.touch();
    await it.bring(here, yes);
    expect(here.calls).not.toContain('reload');
    expect(it.state).toEqual({ kind: 'atReload' });
  });

  test('that only reads waits for the way to a page that trains', async () => {
    const here = page();
    const it = new IsolationHere();
    await it.bring(here, no);
    expect(it.leave(here, { computes: false, left: 'reading' })).toBe(false);
    it.touch(); // the click on the link
    expect(it.leave(here, { computes: true, left: 'reading' })).toBe(true);
    expect(here.calls.at(-1)).toBe('reload');
  });

  test('is not loaded again on the way from a tool, whose state would be lost', async () => {
    const here = page();
    const it = new IsolationHere();
    await it.bring(here, no);
    expect(it.leave(here, { computes: true, left: 'tool' })).toBe(false);
  });

  test('that was loaded again in vain is not loaded a third time', async () => {
    const here = page({ marked: true });
    const it = new IsolationHere();
    await it.bring(here, yes);
    expect(here.calls).not.toContain('reload');
    expect(it.state).toEqual({ kind: 'refused', message: 'the headers did not arrive' });
  });

  test('is not loaded again if the tab cannot remember that it was', async () => {
    const here = page({ mark: () => false });
    await new IsolationHere().bring(here, yes);
    expect(here.calls).not.toContain('reload');
  });
});

test('an isolated page asks for nothing and forgets that it was loaded again', async () => {
  const here = page({ isolated: true, marked: true });
  const it = new IsolationHere();
  await it.bring(here, yes);
  expect(here.calls).toEqual([]);
  expect(here.marked).toBe(false);
  expect(it.state).toEqual({ kind: 'isolated' });
});

test('isolation=off removes the site’s own service worker and no other', async () => {
  const here = page({ search: '?isolation=off' });
  const it = new IsolationHere();
  await it.bring(here, yes);
  expect(here.calls).toEqual([`unregister ${ROOT}`]);
});

test.each([
  ['in a frame', { framed: true }, 'In a tab of its own'],
  ['over plain HTTP', { secure: false }, 'only over HTTPS'],
  ['without service workers', { workers: undefined }, 'no service worker'],
  ['turned off', { search: '?isolation=off' }, 'isolation=off'],
] as const)(
  '%s the page is left alone, and says why there is one thread',
  async (_, given, words) => {
    const here = page(given);
    const it = new IsolationHere();
    await it.bring(here, yes);
    expect(here.calls.filter((call) => !call.startsWith('unregister'))).toEqual([]);
    expect(sayNotIsolated(it.state)).toContain(words);
  },
);

test.each([
  ['refuses', () => Promise.reject(new Error('blocked here')), 'blocked here'],
  [
    'drops the worker while it is being installed',
    () => {
      const worker = Object.assign(new EventTarget(), { state: 'installing' });
      setTimeout(() => {
        worker.state = 'redundant';
        worker.dispatchEvent(new Event('statechange'));
      });
      return Promise.resolve({ installing: worker } as unknown as ServiceWorkerRegistration);
    },
    'could not be installed',
  ],
])('if the browser %s, the page says so', async (_, register, words) => {
  const here = page();
  here.workers.register = register;
  const it = new IsolationHere();
  await it.bring(here, yes);
  expect(here.calls).not.toContain('reload');
  expect(sayNotIsolated(it.state)).toContain(words);
});

describe('the service worker', () => {
  const asked = (given: Partial<Request> = {}) => ({
    url: ROOT,
    mode: 'navigate' as RequestMode,
    destination: 'document' as RequestDestination,
    method: 'GET',
    ...given,
  });
  const takes = (given?: Partial<Request>) => takesHeaders(asked(given), 'https://school.example');

  test('touches pages and scripts of workers, nothing else', () => {
    expect(takes()).toBe(true);
    expect(takes({ mode: 'same-origin', destination: 'worker' })).toBe(true);
    expect(takes({ mode: 'cors', destination: 'script' })).toBe(false);
    expect(takes({ method: 'POST' })).toBe(false);
    expect(takes({ url: 'https://elsewhere.example/' })).toBe(false);
    expect(takes({ url: `${ROOT}?isolation=off` })).toBe(false);
    expect(takes({ url: `${ROOT}?isolation=on` })).toBe(true);
  });

  test('adds headers and keeps the status, the other headers and the content', async () => {
    const answer = new Response('text', { status: 203, headers: { 'Content-Type': 'text/html' } });
    const made = withHeaders(answer, { 'Cross-Origin-Opener-Policy': 'same-origin' });
    expect(made.status).toBe(203);
    expect(Object.fromEntries(made.headers)).toEqual({
      'content-type': 'text/html',
      'cross-origin-opener-policy': 'same-origin',
    });
    expect(await made.text()).toBe('text');
  });

  test('passes on what has no content to read', () => {
    const redirect = Response.error();
    expect(withHeaders(redirect, { a: 'b' })).toBe(redirect);
    const empty = new Response(null, { status: 204 });
    expect(withHeaders(empty, { a: 'b' })).toBe(empty);
  });
});
