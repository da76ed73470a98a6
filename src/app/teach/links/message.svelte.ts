import { list, readableJson, text } from '../../../core/schema';
import { here, showAddress } from '../../address';
import { hashOf, parseHash } from '../../route';
import { splitMessage, tidyMessage } from './message';

const KEY = 'zebra-lab-message';
/** What is kept across a reload. */
const placeAndText = list(text({ empty: true, longest: 100_000 }), { min: 2, max: 2 });

/**
 * The message of the link this tab was opened with: it stays on the page it was made for, also across a reload, until
 * the user closes it.
 */
class Message {
  text = $state('');
  /** Page and lesson it belongs to. */
  #place = $state('');
  #here = $state('');

  shown = $derived(this.text !== '' && this.#place === this.#here);

  /** Removes a message from the URL before anything else reads the URL. */
  take = () => {
    const whole = hashOf(here());
    const { hash, say } = splitMessage(whole);
    this.#here = placeOf(hash);
    if (hash !== whole) {
      const { page, path, query } = parseHash(hash);
      showAddress(page, query, path);
    }
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
      // Storage is forbidden, so the message is lost on a reload.
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

/** All steps of a lesson count as one page. */
function placeOf(hash: string): string {
  const { page, path = [] } = parseHash(hash);
  return page === 'lessons' ? `${page}/${path[0] ?? ''}` : page;
}

export const message = new Message();
