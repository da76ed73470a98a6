/** @file Sentences about working without a network: for the panel, and the row of the page about this browser. */
import { formatInteger } from '../core/numbers';
import type { FillProblem } from '../workers/offline/fill';
import type { AbilityRow } from './abilities';
import type { Offline, Unavailable } from './offline.svelte';

/** Megabytes, as hosts and phone contracts count them. */
export const sayBytes = (bytes: number): string =>
  bytes < 1e6
    ? `${Math.max(1, Math.round(bytes / 1e3))} kB`
    : `${formatInteger(Math.round(bytes / 1e6))} MB`;

const UNAVAILABLE: Record<Exclude<Unavailable, 'failed'>, string> = {
  framed:
    'This page is part of another one, and stores nothing there. Open it in a tab of its own.',
  insecure: 'Browsers allow this only over HTTPS.',
  noServiceWorker:
    'This browser allows no service worker here, which it would need. Some private windows allow none.',
  off: 'The address says isolation=off, which also turns this off.',
  forgotten:
    'This device has forgotten Zebra Lab: nothing is stored for use without a network, because the address says offline=off. Remove that from the address to store it again.',
};

export const sayUnavailable = (why: Unavailable, message = 'no reason given'): string =>
  why === 'failed' ? `The browser refused (${message}).` : UNAVAILABLE[why];

export function sayProblem(problem: FillProblem): string {
  switch (problem.kind) {
    case 'cancelled':
      return 'Cancelled. What has arrived is kept for the next attempt.';
    case 'network':
      return 'The network was lost. What has arrived is kept, and the download goes on when the network is back.';
    case 'status':
      return `The host answered ${problem.status} for ${problem.path}. What has arrived is kept for the next attempt.`;
    case 'differs':
      return `${problem.path} is not the file that belongs to this version. It was damaged or changed on its way, or the site is being updated. Nothing incomplete is used; try again later.`;
    case 'room':
      return problem.room === undefined
        ? 'The browser has no room for it: its storage is full. Free some space on this device, and try again.'
        : `The browser has no room for it: ${sayBytes(problem.needed)} are needed, and ${sayBytes(Math.max(0, problem.room))} are left. Free some space on this device, and try again.`;
  }
}

export function sayOffline(offline: Offline): AbilityRow {
  const name = 'Offline';
  const closed = 'Without a network, nothing opens after the tab is closed.';
  const helps = 'Keep the network on during the lesson, or press “Take it along” on this page.';
  switch (offline.kind) {
    case 'looking':
      return {
        name,
        found: 'Not known yet.',
        means: 'The page looks at it when everything else has been loaded.',
        helps: 'Wait a moment.',
      };
    case 'unavailable':
      return {
        name,
        found: sayUnavailable(offline.why, offline.message),
        means: closed,
        helps: 'Keep the network on during the lesson, or start the site from a memory stick.',
      };
    case 'none':
      return {
        name,
        found: offline.metered
          ? 'Not stored, because the connection is metered or saves data.'
          : 'Not stored yet.',
        means: closed,
        helps,
      };
    case 'filling':
      return {
        name,
        found: `Being stored: ${sayBytes(offline.done)} of ${sayBytes(offline.of)}.`,
        means: closed,
        helps: 'Wait until it is complete.',
      };
    case 'elsewhere':
      return {
        name,
        found: 'Being stored by another tab.',
        means: closed,
        helps: 'Wait until it is complete.',
      };
    case 'stopped':
      return { name, found: sayProblem(offline.problem), means: closed, helps };
    case 'kept':
      return {
        name,
        found: 'Stored on this device.',
        means: 'All pages, lessons, texts and small models open without a network.',
      };
  }
}
