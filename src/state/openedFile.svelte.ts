import { InputError } from '../core/check';
import type { MaskDoc } from '../masks/doc';
import { MOST_BYTES, type Foreign } from '../masks/foreign/matrix';
import type { Opened } from '../masks/opened';
import type { Planes } from '../masks/planes';
import type { LibraryId, Polarity } from '../masks/reading';
import { readJson } from '../masks/save';
import type { AskedDesk } from './answers.svelte';
import type { Workbench } from './workbench.svelte';

/** What a person said of a file: which part of it to show, which value lets through, and what the mask is meant for. */
export interface Said {
  readonly picked: readonly number[];
  readonly polarity?: Polarity | undefined;
  readonly meant?: LibraryId | undefined;
}

/** A mask that came out of a file. */
interface Shown {
  /** Which file it came from, counted. */
  readonly file: number;
  readonly words: string;
  readonly said: Said;
}

/** A mask or config from elsewhere: read, made a mask of the workbench, and read again otherwise when a person says so. */
export class OpenedFile {
  reading = $state(false);
  /** Why the last file was not opened, or not read again; empty: it was. */
  refused = $state('');
  choices = $state.raw<Foreign['choices']>([]);
  /** All planes of the file; undefined where it has only one. */
  planes = $state.raw<Planes>();

  #file = $state(0);
  #surveys = 0;
  #taken = $state.raw<Said>({ picked: [] });
  #asked = $state.raw<Said | undefined>();
  readonly #shown = new WeakMap<MaskDoc, Shown>();

  /** What is known of the mask on the page, where it is one of this file as it was read. */
  readonly #current: Shown | undefined = $derived.by(() => {
    const shown = this.#shown.get(this.bench.doc);
    return shown?.file === this.#file ? shown : undefined;
  });
  /** What all planes are; undefined where the mask on the page is not of the file. */
  readonly all = $derived.by(() => (this.#current ? this.planes : undefined));
  readonly says: string = $derived(this.#current?.words ?? '');
  /** As it was asked for last, or as the mask on the page was read. */
  readonly said: Said = $derived(this.#asked ?? this.#current?.said ?? this.#taken);
  /** How its numbers were read; undefined where the mask on the page is not that of the file. */
  readonly how = $derived.by(() => (this.#current ? this.bench.more?.reading : undefined));
  /** Whether a person may say which of its numbers let through: a mask that is added to scores says it itself. */
  readonly asks = $derived(
    this.how !== undefined && (this.how.allowed !== 'additive' || this.how.one === '1'),
  );

  constructor(
    private readonly bench: Workbench,
    private readonly desk: AskedDesk,
  ) {}

  async open(
    name: string,
    size: number,
    bytes: () => Promise<Uint8Array<ArrayBuffer>>,
  ): Promise<void> {
    this.#file++;
    this.choices = [];
    this.planes = undefined;
    this.#taken = { picked: [] };
    this.#asked = undefined;
    this.reading = true;
    await this.#refusing(async () => {
      if (size > MOST_BYTES)
        throw new InputError(
          `${name} has ${size.toLocaleString('en-US')} bytes; files up to ${MOST_BYTES.toLocaleString('en-US')} bytes are read`,
        );
      const content = await bytes();
      const own = name.endsWith('.json') || content[0] === 123 ? textOf(content) : undefined;
      const doc = own === undefined ? undefined : readJson(own);
      if (doc) this.#take({ doc, says: 'A file of this page.' });
      else if (own !== undefined && isConfig(own)) {
        // The table of model types is large, and few people open a config: it is loaded when one is.
        const { readConfig } = await import('../masks/configs');
        const config = readConfig(own);
        this.bench.showConfig(config);
        this.#keep(this.bench.doc, `${config.layers.length} layers. ${config.convention}.`);
      } else {
        const { choices, opened } = await this.desk.ask({ kind: 'open', name, bytes: content });
        this.choices = choices;
        this.#take(opened, { picked: choices.map(() => 0) });
      }
    });
    void this.#survey();
  }

  /** Reads the file again. What its mask is compared with stays, unless another part of the file was picked. */
  async readAgain(change: Partial<Said>): Promise<void> {
    const asked = { ...this.said, ...change };
    this.#asked = asked;
    await this.#refusing(async () => {
      const opened = await this.desk.ask({ kind: 'pick', ...asked });
      this.#take(change.picked ? opened : { ...opened, meant: this.bench.other }, asked);
    });
    if ('polarity' in change || 'meant' in change) void this.#survey();
    if (this.#asked === asked) this.#asked = undefined;
  }

  /** Looks at every plane: the one on the page says nothing of the others. */
  async #survey(): Promise<void> {
    const survey = ++this.#surveys;
    if (this.choices.reduce((all, { count }) => all * count, 1) < 2) return;
    const { polarity, meant } = this.said;
    try {
      for (let done = 0, of = 1; done < of;) {
        const planes = await this.desk.ask({ kind: 'planes', polarity, meant });
        if (survey !== this.#surveys) return;
        this.planes = planes.of > 1 ? planes : undefined;
        [done, of] = [planes.done, planes.of];
      }
    } catch (error) {
      if (survey === this.#surveys) this.planes = undefined;
      if (!(error instanceof InputError)) console.warn('Not all planes were looked at.', error);
    }
  }

  #take({ doc, says, more, meant }: Opened, said: Said = { picked: [] }): void {
    this.#keep(doc, says, said);
    this.bench.show(doc, more, meant);
  }

  #keep(doc: MaskDoc, words: string, said: Said = { picked: [] }): void {
    this.#taken = said;
    this.#shown.set(doc, { file: this.#file, words, said });
  }

  /** Runs it; whatever stops it is kept as a sentence. */
  async #refusing(act: () => Promise<void>): Promise<void> {
    this.refused = '';
    try {
      await act();
    } catch (error) {
      if (error instanceof InputError) this.refused = error.message;
      else {
        // Not the file's fault: what reads it ended, or the file is gone from the disk.
        this.refused = `The file could not be read (${error instanceof Error ? error.message : String(error)}). Open it again; if that does not help, reload the page.`;
        console.warn(this.refused, error);
      }
    } finally {
      this.reading = false;
    }
  }
}

const isConfig = (text: string) =>
  /"(model_type|num_hidden_layers|text_config|hidden_size|n_layers)"\s*:/.test(
    text.slice(0, 100_000),
  );

/** Of a text that may be JSON; undefined where it is none. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
