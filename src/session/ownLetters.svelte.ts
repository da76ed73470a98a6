import { surveyOf, type Survey } from '../data/alphabet';
import { isOwnText, type RunSpec } from '../spec/run';

/** The person's own text, and how it is read: the characters of a run are those of its text. Settings are settled here before they are built. */
export class OwnLetters {
  text = $state('');
  /** What was found in the text that was settled last. */
  survey = $state.raw<Survey | undefined>();
  /** The text whose characters the settings have. */
  #text: string | undefined;
  /** How the run that was kept with this text reads it. */
  #kept: string | undefined;

  /** What runs of these settings read. */
  of = (spec: RunSpec): string | undefined => (isOwnText(spec) ? this.text : undefined);

  /**
   * The same settings with the characters of the text. A wish for bytes is kept, and so is what a run that was kept says;
   * characters of any other text, and none where the text was chosen again, are replaced.
   */
  settle(spec: RunSpec): RunSpec {
    if (!isOwnText(spec)) return spec.alphabet === '' ? spec : { ...spec, alphabet: '' };
    if (this.text !== this.#text) this.#look();
    const { alphabet } = this.survey!;
    const right = [alphabet, 'bytes', this.#kept].includes(spec.alphabet);
    return right ? spec : { ...spec, alphabet };
  }

  /** A text that comes with settings that are right for it: a run from before there were alphabets has none. */
  take(text: string, { alphabet }: RunSpec): void {
    this.text = text;
    if (text !== this.#text) this.#look();
    this.#kept = alphabet;
  }

  #look() {
    this.survey = this.text.trim() === '' ? NOTHING : surveyOf(this.text);
    this.#text = this.text;
    this.#kept = undefined;
  }
}

const NOTHING: Survey = { alphabet: '', kinds: 0, kept: 0, covered: 1 };
