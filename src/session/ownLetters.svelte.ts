import { lettersOf, surveyOf, type Survey } from '../data/alphabet';
import { isOwnText, type RunSpec } from '../spec/run';

/** The vocabulary that a link requires but the user's text does not fit. */
export interface Unmet {
  readonly tokens: number; // size of the vocabulary that the link requires
  /** Characters of the text that are not in it, the most frequent first. */
  readonly others: readonly string[];
}

/**
 * The user's own text, and the alphabet with which it is read. Settings must pass through here before a run uses them,
 * so that their alphabet fits the text.
 */
export class OwnLetters {
  text = $state('');
  /** The alphabet found for the last text that was checked. */
  survey = $state.raw<Survey | undefined>();
  /** Why that text is not read as a link requires; undefined if it is, or if no link requires anything. */
  unmet = $state.raw<Unmet | undefined>();
  /** The text that the alphabet was made from. */
  #text: string | undefined;
  /** The alphabet of the saved run with this text. */
  #kept: string | undefined;
  /** A link requires the user's own text, which a link cannot contain. */
  linked = $state(false);
  /** The alphabet that a link requires; empty if it requires none. */
  #wish = '';

  /** The training data of runs with these settings. */
  of = (spec: RunSpec): string | undefined => (isOwnText(spec) ? this.text : undefined);

  /**
   * The same settings with the alphabet of the text. A request for bytes is kept, and so is the alphabet of a saved
   * run. The alphabet of any other text, or a missing one after the text was chosen again, is replaced. The alphabet
   * that a link requires stays while there is no text, and if the text uses no other characters.
   */
  settle(spec: RunSpec): RunSpec {
    if (!isOwnText(spec)) return spec.alphabet === '' ? spec : { ...spec, alphabet: '' };
    if (this.text !== this.#text) this.#look();
    const { alphabet: own } = this.survey!;
    const wished = this.#wished(own);
    const right = [own, 'bytes', this.#kept].includes(spec.alphabet);
    const alphabet = wished ?? (right ? spec.alphabet : own);
    return alphabet === spec.alphabet ? spec : { ...spec, alphabet };
  }

  /** A link decides the training data and its alphabet. */
  link(spec: RunSpec): void {
    this.linked = isOwnText(spec);
    this.#ask(spec.alphabet);
  }

  /** The user decides, and any link no longer counts. */
  choose({ task, alphabet }: Partial<RunSpec>): void {
    if (alphabet !== undefined) this.#ask('');
    if (task !== undefined) this.linked = false;
  }

  #ask(alphabet: string): void {
    this.#wish = alphabet;
    this.unmet = undefined;
  }

  /** A text that comes with settings that fit it. A run from before alphabets existed has none. */
  take(text: string, { alphabet }: RunSpec): void {
    this.text = text;
    if (text !== this.#text) this.#look();
    this.#kept = alphabet;
    this.#ask('');
  }

  /** The alphabet a link requires, if the text can be read with it. */
  #wished(own: string): string | undefined {
    if (this.#wish === '') return undefined;
    this.unmet = unmetBy(this.#text!, this.#wish);
    if (this.unmet) return undefined;
    const wish = this.#wish;
    // The link was for this text only: another text is read with its own characters again.
    if (wish === own && wish !== 'bytes') this.#wish = '';
    return wish;
  }

  #look() {
    this.survey = this.text.trim() === '' ? NOTHING : surveyOf(this.text);
    this.#text = this.text;
    this.#kept = undefined;
  }
}

const NOTHING: Survey = { alphabet: '', kinds: 0, kept: 0, covered: 1 };

function unmetBy(text: string, wish: string): Unmet | undefined {
  // A long text takes a while to check, and every changed setting checks again.
  if (text !== last?.text || wish !== last.wish) {
    const letters = lettersOf(wish);
    const strange = [...letters.strangers(text)].sort(([, a], [, b]) => b - a);
    const others = strange.map(([one]) => one);
    last = {
      text,
      wish,
      unmet: others.length > 0 ? { tokens: letters.size, others } : undefined,
    };
  }
  return last.unmet;
}

let last:
  { readonly text: string; readonly wish: string; readonly unmet: Unmet | undefined } | undefined;
