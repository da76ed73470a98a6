/** @file What pages and the service worker say to each other about versions. */
import type { Status } from './kept';

export type Ask =
  | { readonly type: 'status' }
  /** The page has this version, or its workers that were started at this address. */
  | { readonly type: 'here'; readonly version: string; readonly worker?: string }
  | { readonly type: 'begin'; readonly version: string }
  | { readonly type: 'complete'; readonly version: string; readonly groups: readonly string[] }
  | { readonly type: 'stop'; readonly version: string; readonly because: string }
  | { readonly type: 'accept' };

/** The answer to each of them, and what every page is told when it changes. */
export interface Told {
  readonly type: 'offline';
  readonly status: Status;
  /** Why nothing changed: files are missing. */
  readonly refused?: string;
}

/** In the requests of a download, which the service worker lets pass. */
export const MARK = 'X-Zebra-Lab-Download';
