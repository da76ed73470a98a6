import { InputError } from '../core/check';
import type { MaskDoc } from '../masks/doc';
import type { Looked } from '../masks/foreign/brought';
import { sourceOf } from '../masks/foreign/source';
import type { Opened } from '../masks/opened';
import type { Alike, Planes } from '../masks/planes';
import type { Reading } from '../masks/reading';
import { differsAt } from '../masks/reproduce';
import type { Answer } from '../masks/questions';
import type { ConfigLayers } from '../masks/configLayer';
import type { Part } from '../masks/part';
import { brief, write } from '../attention/expression';
import { read } from '../attention/parse';
import { exactly } from '../masks/exactly';
import { writeStack } from '../masks/stackText';
import type { AskedDesk } from '../workers/masks/client';
import { writtenOf } from './answers.svelte';
import { FileSurvey, type Said } from './fileSurvey.svelte';
import { readFiles, type Beside, type Given } from './readFiles';
import type { OpenedCapture } from './openedCapture.svelte';
import type { Workbench } from './workbench.svelte';

/** A mask from a file. */
interface Shown {
  /** Counter of the file it came from. */
  readonly file: number;
  readonly words: string;
  readonly said: Said;
  readonly look?: Looked | undefined;
  /** How the numbers of each layer were read. */
  readonly readings: readonly Reading[];
  readonly fits: readonly string[];
}

/**
 * A mask or config from elsewhere: read, converted to a mask of the workbench, and read again if the user corrects how
 * it was read.
 */
export class OpenedFile {
  reading = $state(false);
  /** Why the last file was not opened, or not read again; empty if it was. */
  refused = $state('');
  /** How the open array is interpreted, and what can be picked from it. */
  look = $state.raw<Looked>();
  /** Files opened with it that are not arrays: a config, masks of this page. */
  beside = $state.raw<readonly Beside[]>([]);
  /** Text of the config opened last; empty if there was none. */
  configText = $state('');

  /** What each layer of a model read, if the file is from the Python package. */
  capture = $state.raw<OpenedCapture>();

  readonly #survey: FileSurvey;
  #file = $state(0);
  #array: number | undefined;
  /** The suggested mask to compare with the mask on the page, found from its cells. */
  #proposed = '';
  /** The mask that a plane that deviates from the others was compared with. */
  #common: string | undefined;
  #taken = $state.raw<Said>({ picked: [] });
  #asked = $state.raw<Said | undefined>();
  readonly #shown = new WeakMap<MaskDoc, Shown>();

  /** What is known about the mask on the page, if it comes from this file as read. */
  readonly #current: Shown | undefined = $derived.by(() => {
    const shown = this.#shown.get(this.workbench.doc);
    return shown?.file === this.#file ? shown : undefined;
  });
  /** The planes; undefined if the mask on the page is not from the file. */
  readonly all = $derived.by(() => (this.#current ? this.planes : undefined));
  /** The arrays; undefined if the mask on the page is not from the file. */
  readonly allArrays = $derived.by(() => (this.#current ? this.#survey.arrays : undefined));
  readonly says: string = $derived(this.#current?.words ?? '');
  /** The user's choices as requested last, or as they apply to the mask on the page. */
  readonly said: Said = $derived(this.#asked ?? this.#current?.said ?? this.#taken);
  /** How its numbers were read; undefined if the mask on the page is not from the file. */
  readonly how = $derived.by(() => (this.#current ? this.workbench.more?.reading : undefined));
  /** The open array, if it holds attention weights. */
  readonly weights = $derived.by(() =>
    this.#current && this.look?.form === 'weights' ? this.#current.said : undefined,
  );
  /** Where the current layer is in the file, and how it was read; undefined if it was edited. */
  readonly plane = $derived.by(() => {
    const { look, said, readings } = this.#current ?? {};
    const { layer } = this.workbench;
    const reading = readings?.[layer];
    const source = look && said && sourceOf(look, said.picked, layer);
    return source && reading && { source, reading };
  });
  /** Patterns that its single row fits; empty if only one does. */
  readonly fits = $derived.by(() => this.#current?.fits ?? []);
  /** Which of these patterns the row is named after. */
  readonly named = $derived.by(() => brief(this.workbench.current.expression));
  readonly choices = $derived.by(() => (this.#current ? (this.look?.choices ?? []) : []));
  /** Whether the user can choose which of its numbers allow a key: in an additive mask the numbers determine that. */
  readonly asks = $derived(
    this.how !== undefined && (this.how.allowed !== 'additive' || this.how.one === '1'),
  );

  constructor(
    private readonly workbench: Workbench,
    private readonly desk: AskedDesk,
  ) {
    this.#survey = new FileSurvey(desk);
  }

  /** All planes of the file; undefined if it has only one. */
  get planes(): Planes | undefined {
    return this.#survey.planes;
  }

  async open(
    name: string,
    size: number,
    bytes: () => Promise<Uint8Array<ArrayBuffer>>,
  ): Promise<void> {
    await this.openAll([{ name, size, bytes }]);
  }

  /** Several at once: arrays form a list; configs and files of this page are kept for comparison. */
  async openAll(files: readonly Given[]): Promise<void> {
    this.#file++;
    this.#survey.forget();
    this.look = undefined;
    this.beside = [];
    this.capture?.close();
    this.capture = undefined;
    this.#taken = { picked: [] };
    this.#asked = undefined;
    this.reading = true;
    await this.#refusing(async () => {
      const { arrays, beside, capture } = await readFiles(files);
      if (capture) {
        const { OpenedCapture } = await import('./openedCapture.svelte');
        this.capture = await OpenedCapture.open(this.workbench, this.desk, capture);
        return;
      }
      if (arrays.length > 0) {
        this.#show(await this.desk.ask({ kind: 'open', files: arrays }));
        this.beside = beside;
        // A config opened with one file gives its intended masks.
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
    void this.#survey
      .examinePlanes(this.look, this.said)
      .then(() => this.#survey.examineArrays(this.look));
  }

  /** Switches between encoder and decoder: reads the same file again. */
  async showPart(part: Part): Promise<void> {
    await this.#refusing(async () => {
      const { readConfig } = await import('../masks/configs');
      this.#showConfig(readConfig(this.configText, part), this.configText);
    });
  }

  #showConfig(config: ConfigLayers, text: string): void {
    this.workbench.showConfig(config);
    this.configText = text;
    this.#keep(this.workbench.doc, `${config.layers.length} layers. ${config.convention}.`);
  }

  /** Takes a file opened with the array as its intended masks, layer by layer. */
  compareWith({ doc, config }: Beside): void {
    const layers = config
      ? config.layers.map(({ expression }) => expression)
      : doc!.layers.map(({ expression }) => expression);
    const { length } = this.workbench.doc.layers;
    this.workbench.other = writeStack(layers.length >= length ? layers.slice(0, length) : layers);
  }

  /** Takes another opened array as the intended mask of this one, and compares them cell by cell. */
  async compareWithArray(which: number): Promise<void> {
    await this.#refusing(async () => {
      const { opened } = await this.desk.ask({ kind: 'pick', picked: [which] });
      const { T, queries = T, layers } = opened.doc;
      const [now, rows] = [this.workbench.doc.T, this.workbench.queries];
      // A decoding step is compared with the rows of the whole text at the same positions.
      if (T !== now || (queries !== rows && queries !== T))
        throw new InputError(
          `the masks are ${rows} × ${now} and ${queries} × ${T}; only masks of the same shape can be compared, or a step with the whole text`,
        );
      this.workbench.other = writeStack(layers.map((layer) => exactly(layer, T, queries)));
      this.workbench.step = queries !== rows;
    });
  }

  /**
   * Reads the file again. The mask to compare with stays, with two exceptions: one suggested for the part shown before is
   * suggested again for the new part, and a mask of another shape drops the comparison.
   */
  async readAgain(change: Partial<Said>): Promise<void> {
    const asked = { ...this.said, ...change };
    this.#asked = asked;
    await this.#refusing(async () => {
      const shown = await this.desk.ask({ kind: 'pick', ...asked });
      const { other, step, queries } = this.workbench;
      const { T } = this.workbench.doc;
      const proposed = this.#proposed;
      const { doc } = shown.opened;
      const part = 'picked' in change || 'form' in change || 'axes' in change;
      const alike = doc.T === T && (doc.queries ?? doc.T) === queries;
      this.#show(shown, asked);
      if (part && (other === proposed || !alike)) return;
      this.workbench.other = other;
      this.workbench.step = step;
    });
    if (Object.keys(change).some((name) => name !== 'picked') || this.#array !== asked.picked[0])
      void this.#survey.examinePlanes(this.look, this.said);
    if (this.#asked === asked) this.#asked = undefined;
  }

  /**
   * The file as opened, with the current layer replaced by the intended mask, or all layers if there is one for each.
   * Undefined if the mask on the page is not from a file. Rejects with InputError if no file can be written.
   */
  async repaired(): Promise<Answer<'corrected'> | undefined> {
    const { said, readings, look } = this.#current ?? {};
    const { others, layer, doc } = this.workbench;
    if (!this.plane || !said || !readings || !others || others instanceof InputError)
      return undefined;
    const all = others.length === 1 ? [layer] : doc.layers.map((_, l) => l);
    return this.desk.ask({
      kind: 'corrected',
      ...said,
      // As the array is shown: a stack whose planes turned out to be texts is a batch.
      ...(look?.axes && { axes: look.axes.roles }),
      layers: all.flatMap((l) => {
        const expression = others[l % others.length]!;
        const meant = writtenOf({ expression, paint: [] }, doc.T, doc.queries);
        const now = doc.layers[l]!;
        const right = write(now.expression) === write(expression) && now.paint.length === 0;
        return right && l !== layer ? [] : [{ layer: l, reading: readings[l]!, meant }];
      }),
    });
  }

  /** Names the single row of the file, which fits several patterns; its cells stay. */
  nameAs(text: string): void {
    const shown = this.#current;
    if (!shown) return;
    const { doc, more, other, step } = this.workbench;
    const named: MaskDoc = { ...doc, layers: [{ expression: read(text), paint: [] }] };
    this.#shown.set(named, shown);
    this.workbench.show(named, more, other);
    this.workbench.step = step;
  }

  /** Shows a plane, by its indices on all axes, including those of layers. */
  async showPlane(place: readonly number[]): Promise<void> {
    const { stack } = this.planes ?? {};
    const { picked } = this.said;
    const own = stack === undefined ? place : place.toSpliced(stack, 1);
    const before = picked.length > own.length ? picked.slice(0, picked.length - own.length) : [];
    const wanted = [...before, ...own];
    if (wanted.join() !== picked.join()) await this.readAgain({ picked: wanted });
    if (stack !== undefined) this.workbench.select(place[stack]!);
  }

  /**
   * Shows a plane and its wrong cell. A plane whose only fault is that it differs from the others is compared with
   * them, because on its own it has no finding.
   */
  async showFound({ planes, findings, asOthers, off, apart }: Alike): Promise<void> {
    await this.showPlane(planes[0]!);
    if (this.refused) return;
    const common = this.planes?.alike[0]?.is;
    if (asOthers && common !== undefined) this.workbench.other = this.#common = common;
    // A plane that is wrong on its own was compared with its own pattern, not with that of the others.
    else if (this.workbench.other === this.#common) this.workbench.other = this.#proposed;
    // Prefer a cell that differs: a finding may concern the whole plane, and its own cell may be correct.
    const { otherMask, mask } = this.workbench;
    const differing = findings.find(
      ({ cell }) => cell && otherMask && differsAt(mask, otherMask, cell),
    );
    const cell =
      differing?.cell ?? (asOthers ? apart : off)?.first ?? findings.find(({ cell }) => cell)?.cell;
    if (!cell) return;
    this.workbench.point(cell);
    this.workbench.move(0, 0);
  }

  #show({ look, picked, opened }: Answer<'open'>, said?: Said): void {
    this.look = look;
    this.#array = picked[0];
    this.#take(opened, { ...(said ?? {}), picked });
    // The file holds weights, so they are shown first, and their mask on request.
    this.workbench.weights = this.weights;
  }

  #take({ doc, says, more, meant, readings, fits }: Opened, said: Said = { picked: [] }): void {
    this.#keep(doc, says, said, readings, fits);
    this.#proposed = meant ?? '';
    this.workbench.show(doc, more, meant);
  }

  #keep(
    doc: MaskDoc,
    words: string,
    said: Said = { picked: [] },
    readings: readonly Reading[] = [],
    fits: readonly string[] = [],
  ): void {
    this.#taken = said;
    const { look } = this;
    this.#shown.set(doc, { file: this.#file, words, said, look, readings, fits });
  }

  /** Runs `act`; any error is kept as a sentence. */
  async #refusing(act: () => Promise<void>): Promise<void> {
    this.refused = '';
    try {
      await act();
    } catch (error) {
      if (error instanceof InputError) this.refused = error.message;
      else {
        // The file itself is not at fault: the worker that reads it stopped, or the file was deleted from the disk.
        this.refused = `The file could not be read (${error instanceof Error ? error.message : String(error)}). Open it again; if that does not help, reload the page.`;
        console.warn(this.refused, error);
      }
    } finally {
      this.reading = false;
    }
  }
}
