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

export function shortcutOf(event: KeyboardEvent): Shortcut | undefined {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const shortcut = KEYS[event.key];
  // What is open closes first.
  if (shortcut === 'free' && document.querySelector(':popover-open')) return undefined;
  const target = event.target instanceof Element ? event.target : undefined;
  const own = shortcut === 'toggle' ? PRESSED : TYPED;
  return target?.closest(own) ? undefined : shortcut;
}
