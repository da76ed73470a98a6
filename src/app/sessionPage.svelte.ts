import type { Drive } from '../state/asks';
import type { Selection } from '../state/selection.svelte';
import { shortcutOf } from './shortcuts';

const SAID_MS = 4000;

/** What every page with a session has: keyboard shortcuts, its link to share, and a short-lived message. */
export class SessionPage {
  said = $state('');
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly session: Drive,
    private readonly selection: Selection,
    private readonly help: () => void,
  ) {}

  share = async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      this.#say('Link copied');
    } catch {
      this.#say('Copy the link from the address bar');
    }
  };

  press = (event: KeyboardEvent) => {
    const shortcut = shortcutOf(event);
    if (!shortcut) return;
    event.preventDefault();
    switch (shortcut) {
      case 'toggle':
        return this.session.toggle();
      case 'step':
        return this.session.once();
      case 'reset':
        return this.session.reset();
      case 'free':
        return this.selection.free();
      case 'help':
        return this.help();
    }
  };

  #say(words: string) {
    this.said = words;
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => (this.said = ''), SAID_MS);
  }
}
