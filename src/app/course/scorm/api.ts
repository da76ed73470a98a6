/**
 * @file The run-time API of SCORM 1.2, as far as a lesson uses it, and how a page finds it: an object called `API` in
 * this window, in one around it, or in the window that opened it (ADL, SCORM Run-Time Environment 1.2, section 3.3.6.1).
 */

/** Every function takes and returns texts; 'true' and 'false' say whether it succeeded. */
export interface Api {
  LMSInitialize(nothing: ''): string;
  LMSGetValue(element: string): string;
  LMSSetValue(element: string, value: string): string;
  LMSCommit(nothing: ''): string;
  LMSFinish(nothing: ''): string;
  /** The number of the error of the call before, '0' if there was none. */
  LMSGetLastError(): string;
}

/** Windows around a window. ADL's own code gives up after 7; some course systems nest more frames. */
const MAX_LEVELS = 500;

/** The parts of a window that the search needs; typed like this, tests need no browser. */
export interface Framed {
  readonly parent: Framed;
  readonly opener?: Framed | null;
}

/** Undefined if the page is in no course system. */
export function findApi(here: Framed): Api | undefined {
  const { found, top } = upward(here);
  if (found) return found;
  // A course system may open a lesson, or a page of its own with the lesson in a frame, in a new window.
  for (const opener of [openerOf(here), top === here ? undefined : openerOf(top)]) {
    const api = opener && upward(opener).found;
    if (api) return api;
  }
  return undefined;
}

function upward(from: Framed): { readonly found?: Api; readonly top: Framed } {
  let at = from;
  for (let level = 0; level <= MAX_LEVELS; level++) {
    const found = apiIn(at);
    if (found) return { found, top: at };
    if (at.parent === at || !at.parent) break;
    at = at.parent;
  }
  return { top: at };
}

/** A window of another origin gives nothing away, but its own parent may be of ours. */
function apiIn(window: Framed): Api | undefined {
  try {
    const { API } = window as { API?: unknown };
    return typeof API === 'object' && API !== null ? (API as Api) : undefined;
  } catch {
    return undefined;
  }
}

function openerOf(window: Framed): Framed | undefined {
  try {
    return window.opener ?? undefined;
  } catch {
    return undefined;
  }
}
