import { lettersOf, surveyOf, type Survey } from '../data/alphabet';
import { isOwnText, type RunSpec } from '../spec/run';

/** Characters a link asks for that the person's text does not keep to. */
export interface Unmet {
  readonly tokens: number; // of the vocabulary that the link asks for
  /** Characters of the text that are not in it, the most frequent first. */
  readonly others: readonly string[];
}

/** The person's own text, and how it is read. It keeps a run's alphabet in line with that text: settings must pass through here before a run uses them. */
export class OwnLetters {
  text = $state('');
  /** Characters found in the text settled last. */
  survey = $state.raw<Survey | undefined>();
  /** Why that text is not read as a link asks; undefined where it is, or where none asks. */
  unmet = $state.raw<Unmet | undefined>();
  /** The text that the alphabet was taken from. */
  #text: string | undefined;
  /** The alphabet of the saved run with this text. */
  #kept: string | undefined;
  /** A link asks for a text of the person's own, which no link holds. */
  linked = $state(false);
  /** How a link asks for the text to be read; empty where it does not say. */
  #wish = '';

  /** What runs of these settings read. */
  of = (spec: RunSpec): string | undefined => (isOwnText(spec) ? this.text : undefined);

  /**
   * The same settings with the characters of the text. A wish for bytes is kept, and so is what a run that was kept says;
   * characters of any other text, and none where the text was chosen again, are replaced. What a link asks for stays
   * where the text uses no other characters, and as long as there is no text.
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

  /** A link says what is read, and how. */
  link(spec: RunSpec): void {
    this.linked = isOwnText(spec);
    this.#ask(spec.alphabet);
  }

  /** The person says so, after whom no link is asked any more. */
  choose({ task, alphabet }: Partial<RunSpec>): void {
    if (alphabet !== undefined) this.#ask('');
    if (task !== undefined) this.linked = false;
  }

  #ask(alphabet: string): void {
    this.#wish = alphabet;
    this.unmet = undefined;
  }

  /** A text that comes with settings that are right for it: a run from before alphabets existed has none. */
  take(text: string, { alphabet }: RunSpec): void {
    this.text = text;
    if (text !== this.#text) this.#look();
    this.#kept = alphabet;
    this.#ask('');
  }

  /** What a link asks for, where the text can be read so. */
  #wished(own: string): string | undefined {
    if (this.#wish === '') return undefined;
    this.unmet = unmetBy(this.#text!, this.#wish);
    if (this.unmet) return undefined;
    const wish = this.#wish;
    // It was the link of this very text: another text is read in its own characters again.
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
