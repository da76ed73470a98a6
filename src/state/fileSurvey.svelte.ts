import { InputError } from '../core/check';
import type { Arrays } from '../masks/arrays';
import type { Looked, Said as SaidOfArray } from '../masks/foreign/brought';
import type { Planes } from '../masks/planes';
import type { LibraryId, Polarity } from '../masks/reading';
import type { AskedDesk } from '../workers/masks/client';

/**
 * The user's choices about a file: which part of it to show, which of its values allow a key, and what the mask is
 * meant for.
 */
export interface Said extends SaidOfArray {
  readonly picked: readonly number[];
  readonly polarity?: Polarity | undefined;
  readonly meant?: LibraryId | undefined;
}

/** Examines every plane and every array of an opened file: the one on the page says nothing about the others. */
export class FileSurvey {
  /** Undefined if the file has only one. */
  planes = $state.raw<Planes>();
  /** Undefined if the file has only one, or a stack of all. */
  arrays = $state.raw<Arrays>();
  #surveys = 0;
  #files = 0;

  constructor(private readonly desk: AskedDesk) {}

  /** Another file is opened. */
  forget() {
    this.#files++;
    this.planes = undefined;
    this.arrays = undefined;
  }

  /** `asked`: how the array is to be read. */
  async examinePlanes(look: Looked | undefined, asked: Said): Promise<void> {
    const survey = ++this.#surveys;
    if (!look) return;
    // As the array is shown: a stack whose planes turned out to be texts is a batch.
    const said = { ...asked, ...(look.axes && { axes: look.axes.roles }) };
    try {
      for (let done = 0, of = 1; done < of;) {
        const planes = await this.desk.ask({ kind: 'planes', ...said });
        if (survey !== this.#surveys) return;
        this.planes = planes.of > 1 ? planes : undefined;
        [done, of] = [planes.done, planes.of];
      }
    } catch (error) {
      if (survey === this.#surveys) this.planes = undefined;
      if (!(error instanceof InputError)) console.warn('Not all planes were looked at.', error);
    }
  }

  /** Only if there are several that do not form a stack. */
  async examineArrays(look: Looked | undefined): Promise<void> {
    const file = this.#files;
    const labels = look?.choices[0]?.labels;
    const one = labels === undefined && look?.unread === undefined;
    if (one || look?.stacks) return;
    try {
      for (let done = 0; done < (labels?.length ?? 1);) {
        const arrays = await this.desk.ask({ kind: 'arrays' });
        if (file !== this.#files) return;
        this.arrays = arrays;
        ({ done } = arrays);
      }
    } catch (error) {
      if (file === this.#files) this.arrays = undefined;
      if (!(error instanceof InputError)) console.warn('Not all arrays were looked at.', error);
    }
  }
}
