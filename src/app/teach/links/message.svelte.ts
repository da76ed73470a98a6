import { list, readableJson, text } from '../../../core/schema';
import { parseHash } from '../../route';
import { splitMessage, tidyMessage } from './message';

const KEY = 'zebra-lab-message';
/** What is kept over a reload. */
const placeAndText = list(text({ empty: true, longest: 100_000 }), { min: 2, max: 2 });

/** The message of the link this tab was opened with: it stays on the page it was made for, over a reload, until it is closed. */
class Message {
  text = $state('');
  /** Page and lesson it belongs to. */
  #place = $state('');
  #here = $state('');

  shown = $derived(this.text !== '' && this.#place === this.#here);

  /** Removes a message from the address before anything else reads it. */
  take = () => {
    const { hash, say } = splitMessage(location.hash);
    this.#here = placeOf(hash);
    if (hash !== location.hash) history.replaceState(history.state, '', hash || '#/');
    if (say !== '') this.#put(say, this.#here);
    else if (this.text === '') this.#restore();
  };

  close = () => this.#put('', '');

  #put(text: string, place: string) {
    [this.text, this.#place] = [text, place];
    try {
      if (text === '') sessionStorage.removeItem(KEY);
      else sessionStorage.setItem(KEY, JSON.stringify([place, text]));
    } catch {
      // It is lost when the page is reloaded.
    }
  }

  #restore() {
    try {
      const kept = readableJson(placeAndText, sessionStorage.getItem(KEY) ?? '');
      if (kept) [this.#place, this.text] = [kept[0]!, tidyMessage(kept[1]!)];
    } catch {
      // Storage is forbidden.
    }
  }
}

/** A lesson is one place, regardless of the step; so is any other page. */
function placeOf(hash: string): string {
  const { page, path = [] } = parseHash(hash);
  return page === 'lessons' ? `${page}/${path[0] ?? ''}` : page;
}

export const message = new Message();
