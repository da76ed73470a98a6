import { surveyOf, type Survey } from '../data/alphabet';
import { isOwnText, type RunSpec } from '../spec/run';

/** Keeps the characters of a run those of the person's text: whoever asks for a run on it settles its settings here first. */
export class OwnLetters {
  /** What was found in the text that was settled last. */
  survey = $state.raw<Survey | undefined>();
  /** The text whose characters the settings have. */
  #text: string | undefined;
  /** How the run that was kept with this text reads it. */
  #kept: string | undefined;

  /**
   * The same settings with the characters of the text. A wish for bytes is kept, and so is what a run that was kept says;
   * characters of any other text, and none where the text was chosen again, are replaced.
   */
  settle(spec: RunSpec, text: string): RunSpec {
    if (!isOwnText(spec)) return spec.alphabet === '' ? spec : { ...spec, alphabet: '' };
    if (text !== this.#text) this.#look(text);
    const { alphabet } = this.survey!;
    const right = [alphabet, 'bytes', this.#kept].includes(spec.alphabet);
    return right ? spec : { ...spec, alphabet };
  }

  /** The settings of a run that was kept are right for its text: a run from before there were alphabets has none. */
  keep(text: string, alphabet: string): void {
    if (text !== this.#text) this.#look(text);
    this.#kept = alphabet;
  }

  #look(text: string) {
    this.survey = text.trim() === '' ? NOTHING : surveyOf(text);
    this.#text = text;
    this.#kept = undefined;
  }
}

const NOTHING: Survey = { alphabet: '', kinds: 0, kept: 0, covered: 1 };
