import { FIRST, specsOf, type Comparison } from '../compare/comparison';
import { inWords } from '../core/check';
import { checkRun } from '../spec/check';
import type { RunSpec } from '../spec/run';
import { checkRuns, repairOf } from './checks';
import { OwnLetters } from './ownLetters.svelte';
import { refusalOf, standIn, type Refusal } from './ownText';
import { Standing } from './standing.svelte';

/** The requested runs, next to the current ones: whether they are possible, why not, and what could train instead. */
export class Draft extends Standing {
  /** The settings of the controls; if they are impossible, `problem` says why, and the runs continue unchanged. */
  asked = $state.raw<Comparison>(FIRST);
  problem = $state.raw<string | undefined>();
  /** The problem is the user's own text: it is reported next to that text. */
  refused = $state.raw<Refusal | undefined>();
  /** Why the runs that were built cannot be opened. */
  blocked = $state.raw<string | undefined>();
  /** Requested runs that wait only for a usable text. The URL keeps them, whatever trains meanwhile. */
  waiting = $state.raw<Comparison | undefined>();
  protected readonly letters = new OwnLetters();

  /** Valid settings close to the requested ones, if those are impossible. */
  repair = $derived.by(() => (this.problem === undefined ? undefined : repairOf(this.asked)));
  /** A link requires the user's own text, and none was given yet. */
  textMissing = $derived.by(
    () => this.letters.linked && this.refused !== undefined && this.text.trim() === '',
  );

  get text(): string {
    return this.letters.text;
  }

  get survey() {
    return this.letters.survey;
  }

  get unmet() {
    return this.letters.unmet;
  }

  /** The next request comes from a link, including its requirements on a text. */
  link = ({ shared }: Comparison) => this.letters.link(shared);

  /** The user changes these settings, so the link no longer decides. */
  choose = (settings: Partial<RunSpec>) => this.letters.choose(settings);

  /**
   * What can train now: the request as it is or, while its text is missing, the same request on another text; undefined
   * if neither can.
   */
  protected possible(): Comparison | undefined {
    const shared = this.letters.settle(this.asked.shared);
    if (shared !== this.asked.shared) this.asked = { ...this.asked, shared };
    this.problem = this.problemOf(this.asked);
    if (this.problem === undefined) this.waiting = undefined;
    // If the settings themselves are impossible, a request that was already waiting for a text keeps waiting.
    else if (this.refused !== undefined) this.waiting = this.asked;
    return this.problem === undefined ? this.asked : this.instead(this.asked);
  }

  /** The runs to train while only a text is missing; undefined if only the current runs can continue. */
  protected instead(comparison: Comparison): Comparison | undefined {
    const training = this.blocked === undefined ? this.built.shared : undefined;
    const shared = this.refused && standIn(comparison.shared, training);
    const other = shared && { ...comparison, shared };
    return other && inWords(() => this.#check(other)) === undefined ? other : undefined;
  }

  protected problemOf(comparison: Comparison): string | undefined {
    this.refused = undefined;
    const problem = inWords(() => specsOf(comparison).forEach(checkRun));
    if (problem !== undefined) return problem;
    this.refused = refusalOf(this.text, comparison.shared);
    return this.refused?.why ?? inWords(() => this.#check(comparison));
  }

  /** Nothing is wrong, and nothing waits. */
  protected clear() {
    this.problem = this.refused = this.blocked = this.waiting = undefined;
  }

  /** Throws InputError for runs that are impossible with any text. */
  #check(comparison: Comparison) {
    const here = comparison.shared.backend === this.built.shared.backend;
    checkRuns(comparison, here ? this.backend : undefined);
  }
}
