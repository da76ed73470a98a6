import { InputError } from '../core/check';
import type { MaskDoc } from '../masks/doc';
import type { Looked, Said as SaidOfArray } from '../masks/foreign/brought';
import type { Named } from '../masks/foreign/foreign';
import { MOST_BYTES } from '../masks/foreign/matrix';
import type { Opened } from '../masks/opened';
import type { Arrays } from '../masks/arrays';
import type { Alike, Planes } from '../masks/planes';
import type { LibraryId, Polarity } from '../masks/reading';
import { readJson } from '../masks/save';
import type { Answer } from '../masks/desk';
import type { ConfigLayers } from '../masks/configLayer';
import type { Part } from '../masks/part';
import { readRows, writeRows } from '../attention/given';
import { rowsOf, type Expression } from '../attention/expression';
import { maskOfLayer, type LayerDoc } from '../masks/doc';
import { writeStack } from '../masks/stackText';
import type { AskedDesk } from './answers.svelte';
import type { Workbench } from './workbench.svelte';

/** What a person said of a file: which part of it to show, which value lets through, and what the mask is meant for. */
export interface Said extends SaidOfArray {
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

/** A file as a page has it. */
export interface Given {
  readonly name: string;
  readonly size: number;
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
}

/** What was opened beside masks. */
export interface Beside {
  readonly name: string;
  readonly doc?: MaskDoc;
  readonly config?: ConfigLayers;
  /** Of the config, as it was opened. */
  readonly text?: string;
}

/** A mask or config from elsewhere: read, made a mask of the workbench, and read again otherwise when a person says so. */
export class OpenedFile {
  reading = $state(false);
  /** Why the last file was not opened, or not read again; empty: it was. */
  refused = $state('');
  /** What the open array is taken as, and what of it can be picked. */
  look = $state.raw<Looked>();
  /** Files that came with it and are no masks: a config, masks of this page. */
  beside = $state.raw<readonly Beside[]>([]);
  /** All planes of the file; undefined where it has only one. */
  planes = $state.raw<Planes>();
  /** All arrays of the file; undefined where it has only one, or a stack of all. */
  arrays = $state.raw<Arrays>();
  /** Of the config that was opened last; empty: none was. */
  configText = $state('');

  #file = $state(0);
  #surveys = 0;
  #array: number | undefined;
  /** What the mask on the page was proposed to be compared with, by its cells. */
  #proposed = '';
  /** And what a plane that is wrong beside the others was compared with. */
  #common: string | undefined;
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
  /** And all arrays. */
  readonly allArrays = $derived.by(() => (this.#current ? this.arrays : undefined));
  readonly says: string = $derived(this.#current?.words ?? '');
  /** As it was asked for last, or as the mask on the page was read. */
  readonly said: Said = $derived(this.#asked ?? this.#current?.said ?? this.#taken);
  /** How its numbers were read; undefined where the mask on the page is not that of the file. */
  readonly how = $derived.by(() => (this.#current ? this.bench.more?.reading : undefined));
  /** The open array, where it holds attention weights. */
  readonly weights = $derived.by(() =>
    this.#current && this.look?.form === 'weights' ? this.#current.said : undefined,
  );
  readonly choices = $derived.by(() => (this.#current ? (this.look?.choices ?? []) : []));
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
    await this.openAll([{ name, size, bytes }]);
  }

  /** Several at once: arrays beside one another; configs and files of this page are kept, to be compared with. */
  async openAll(files: readonly Given[]): Promise<void> {
    this.#file++;
    this.planes = undefined;
    this.arrays = undefined;
    this.look = undefined;
    this.beside = [];
    this.#taken = { picked: [] };
    this.#asked = undefined;
    this.reading = true;
    await this.#refusing(async () => {
      const arrays: Named[] = [];
      const beside: Beside[] = [];
      for (const { name, size, bytes } of files) {
        if (size > MOST_BYTES)
          throw new InputError(
            `${name} has ${size.toLocaleString('en-US')} bytes; files up to ${MOST_BYTES.toLocaleString('en-US')} bytes are read`,
          );
        const content = await bytes();
        const own = name.endsWith('.json') || content[0] === 123 ? textOf(content) : undefined;
        const doc = own === undefined ? undefined : readJson(own);
        if (doc) beside.push({ name, doc });
        else if (own !== undefined && isConfig(own)) {
          // The table of model types is large, and few people open a config: it is loaded when one is.
          const { readConfig } = await import('../masks/configs');
          beside.push({ name, config: readConfig(own), text: own });
        } else arrays.push({ name, bytes: content });
      }
      if (arrays.length > 0) {
        this.#show(await this.desk.ask({ kind: 'open', files: arrays }));
        this.beside = beside;
        // A config beside one file is what its masks should be.
        const [only] = beside;
        if (only && beside.length === 1) this.compareWith(only);
        return;
      }
      const [first] = beside;
      if (first?.doc) this.#take({ doc: first.doc, says: 'A file of this page.' });
      else if (first?.config) {
        this.#showConfig(first.config, first.text ?? '');
      }
      this.beside = beside.slice(1);
    });
    void this.#survey().then(() => this.#surveyArrays());
  }

  /** Of an encoder and a decoder, the part that is shown: the same file, read again. */
  async showPart(part: Part): Promise<void> {
    await this.#refusing(async () => {
      const { readConfig } = await import('../masks/configs');
      this.#showConfig(readConfig(this.configText, part), this.configText);
    });
  }

  #showConfig(config: ConfigLayers, text: string): void {
    this.bench.showConfig(config);
    this.configText = text;
    this.#keep(this.bench.doc, `${config.layers.length} layers. ${config.convention}.`);
  }

  /** What came with the file is what its masks should be, layer by layer. */
  compareWith({ doc, config }: Beside): void {
    const layers = config
      ? config.layers.map(({ expression }) => expression)
      : doc!.layers.map(({ expression }) => expression);
    const { length } = this.bench.doc.layers;
    this.bench.other = writeStack(layers.length >= length ? layers.slice(0, length) : layers);
  }

  /** Another array of what was opened is what this one should be: compared with it cell by cell. */
  async compareWithArray(which: number): Promise<void> {
    await this.#refusing(async () => {
      const { opened } = await this.desk.ask({ kind: 'pick', picked: [which] });
      const { T, queries = T, layers } = opened.doc;
      const [now, rows] = [this.bench.doc.T, this.bench.queries];
      // A step of decoding is compared with the rows of the whole text that stand at its positions.
      if (T !== now || (queries !== rows && queries !== T))
        throw new InputError(
          `the masks are ${rows} × ${now} and ${queries} × ${T}; masks of one shape can be compared, or a step with the whole text`,
        );
      this.bench.other = writeStack(layers.map((layer) => exactly(layer, T, queries)));
      this.bench.step = queries !== rows;
    });
  }

  /**
   * Reads the file again. What its mask is compared with stays; only what was proposed for the part shown before is
   * proposed anew for another part, and a mask of another shape is compared with nothing that was said of this one.
   */
  async readAgain(change: Partial<Said>): Promise<void> {
    const asked = { ...this.said, ...change };
    this.#asked = asked;
    await this.#refusing(async () => {
      const shown = await this.desk.ask({ kind: 'pick', ...asked });
      const { other, step, queries } = this.bench;
      const { T } = this.bench.doc;
      const proposed = this.#proposed;
      const { doc } = shown.opened;
      const part = 'picked' in change || 'form' in change || 'axes' in change;
      const alike = doc.T === T && (doc.queries ?? doc.T) === queries;
      this.#show(shown, asked);
      if (part && (other === proposed || !alike)) return;
      this.bench.other = other;
      this.bench.step = step;
    });
    if (Object.keys(change).some((name) => name !== 'picked') || this.#array !== asked.picked[0])
      void this.#survey();
    if (this.#asked === asked) this.#asked = undefined;
  }

  /** A plane by its places on all axes, those of layers among them. */
  async showPlane(place: readonly number[]): Promise<void> {
    const { stack } = this.planes ?? {};
    const { picked } = this.said;
    const own = stack === undefined ? place : place.toSpliced(stack, 1);
    const before = picked.length > own.length ? picked.slice(0, picked.length - own.length) : [];
    const wanted = [...before, ...own];
    if (wanted.join() !== picked.join()) await this.readAgain({ picked: wanted });
    if (stack !== undefined) this.bench.select(place[stack]!);
  }

  /**
   * A plane and the cell that is wrong in it. One that is wrong if it is meant as the others is compared with them: by
   * itself nothing would be found in it.
   */
  async showFound({ planes, findings, asOthers }: Alike): Promise<void> {
    await this.showPlane(planes[0]!);
    if (this.refused) return;
    const common = this.planes?.alike[0]?.is;
    if (asOthers && common !== undefined) this.bench.other = this.#common = common;
    // What a plane is wrong in by itself was found against its own pattern, and not against that of the others.
    else if (this.bench.other === this.#common) this.bench.other = this.#proposed;
    const cell = findings.find(({ cell }) => cell)?.cell;
    if (!cell) return;
    this.bench.point(cell);
    this.bench.move(0, 0);
  }

  #show({ look, picked, opened }: Answer<'open'>, said?: Said): void {
    this.look = look;
    this.#array = picked[0];
    this.#take(opened, { ...(said ?? {}), picked });
    // Weights are what was opened: they are seen first, and their mask at a press.
    this.bench.weights = this.weights;
  }

  /** Looks at every plane: the one on the page says nothing of the others. */
  async #survey(): Promise<void> {
    const survey = ++this.#surveys;
    const { look } = this;
    if (!look) return;
    // As the array is shown: a stack whose planes turned out to be texts is a batch.
    const said = { ...this.said, ...(look.axes && { axes: look.axes.roles }) };
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

  /** Then at every array, where there are several that are no stack together. */
  async #surveyArrays(): Promise<void> {
    const file = this.#file;
    const labels = this.look?.choices[0]?.labels;
    const one = labels === undefined && this.look?.unread === undefined;
    if (one || this.look?.stacks) return;
    try {
      for (let done = 0; done < (labels?.length ?? 1);) {
        const arrays = await this.desk.ask({ kind: 'arrays' });
        if (file !== this.#file) return;
        this.arrays = arrays;
        ({ done } = arrays);
      }
    } catch (error) {
      if (file === this.#file) this.arrays = undefined;
      if (!(error instanceof InputError)) console.warn('Not all arrays were looked at.', error);
    }
  }

  #take({ doc, says, more, meant }: Opened, said: Said = { picked: [] }): void {
    this.#keep(doc, says, said);
    this.#proposed = meant ?? '';
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

/** A layer with its paint, as terms where they are all of it, and else as rows. */
function exactly(layer: LayerDoc, T: number, queries: number): Expression {
  if (layer.paint.length === 0) return layer.expression;
  const rows = writeRows(maskOfLayer(layer, T, queries));
  readRows(rows); // so that its name is known
  return rowsOf(rows);
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
