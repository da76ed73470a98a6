/** @file The keyboard shortcuts, and the elements in which keys keep their usual meaning. */

export type Shortcut = 'toggle' | 'step' | 'reset' | 'free' | 'help';

const KEYS: Readonly<Record<string, Shortcut>> = {
  ' ': 'toggle',
  '.': 'step',
  r: 'reset',
  Escape: 'free',
  '?': 'help',
};

/** Elements that take typed letters, and elements that the space bar presses. */
const TYPED = 'input:not([type=range], [type=radio], [type=checkbox]), select, textarea, dialog';
const PRESSED = 'button, a, summary, input, select, textarea, [role=listbox], dialog';

const STORE = 'zebra-lab-keys';

/** Whether single keys are shortcuts: people who use voice control, or rest a hand on the keys, can turn them off. */
export function keysAreOn(): boolean {
  try {
    return localStorage.getItem(STORE) !== 'off';
  } catch {
    return true; // if storage is unavailable
  }
}

/** The choice is kept in this browser. */
export function turnKeys(on: boolean): void {
  try {
    localStorage.setItem(STORE, on ? 'on' : 'off');
  } catch {
    // Without storage, the keys stay on.
  }
}

export function shortcutOf(event: KeyboardEvent): Shortcut | undefined {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const shortcut = KEYS[event.key];
  if (shortcut !== 'free' && !keysAreOn()) return undefined;
  // An open popover closes first.
  if (shortcut === 'free' && document.querySelector(':popover-open')) return undefined;
  const target = event.target instanceof Element ? event.target : undefined;
  const own = shortcut === 'toggle' ? PRESSED : TYPED;
  return target?.closest(own) ? undefined : shortcut;
}
