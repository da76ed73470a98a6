/** @file Which key does what, and where it keeps its own meaning. */

export type Shortcut = 'toggle' | 'step' | 'reset' | 'free' | 'help';

const KEYS: Readonly<Record<string, Shortcut>> = {
  ' ': 'toggle',
  '.': 'step',
  r: 'reset',
  Escape: 'free',
  '?': 'help',
};

/** Elements in which letters are typed, and elements that a space presses. */
const TYPED = 'input:not([type=range], [type=radio], [type=checkbox]), select, textarea, dialog';
const PRESSED = 'button, a, summary, input, select, textarea, [role=listbox], dialog';

const STORE = 'zebra-lab-keys';

/** Whether single keys do anything: a person who speaks to the machine, or whose hand rests on the keys, can turn them off. */
export function keysAreOn(): boolean {
  try {
    return localStorage.getItem(STORE) !== 'off';
  } catch {
    return true; // where nothing can be kept
  }
}

/** Kept in this browser. */
export function turnKeys(on: boolean): void {
  try {
    localStorage.setItem(STORE, on ? 'on' : 'off');
  } catch {
    // Where nothing can be kept, keys stay on.
  }
}

export function shortcutOf(event: KeyboardEvent): Shortcut | undefined {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const shortcut = KEYS[event.key];
  if (shortcut !== 'free' && !keysAreOn()) return undefined;
  // What is open closes first.
  if (shortcut === 'free' && document.querySelector(':popover-open')) return undefined;
  const target = event.target instanceof Element ? event.target : undefined;
  const own = shortcut === 'toggle' ? PRESSED : TYPED;
  return target?.closest(own) ? undefined : shortcut;
}
