import type { CaptureFacts, WrongPart } from '../masks/capture/facts';
import type { Part } from '../masks/capture/part';
import type { MaskDoc } from '../masks/doc';
import type { Named } from '../masks/foreign/foreign';
import type { AskedDesk } from '../workers/masks/client';
import { Latest } from './answers.svelte';
import type { Place, Workbench } from './workbench.svelte';

/** What is known of a document that is a part of the capture. */
interface Shown {
  readonly part: Part;
  readonly says: string;
  /** Why its config does not say what its layers should read. */
  readonly unread?: string | undefined;
}

/** What each layer of a model read, as the Python package saved it: one step, text and head is on the page. */
export class OpenedCapture {
  /** Parts in which something is wrong, of the steps that were checked. */
  wrong = $state.raw<readonly WrongPart[]>([]);
  /** Steps that were checked. */
  checked = $state(0);
  /** Why they could not be checked, or a part not be shown; empty if they could. */
  problem = $state('');
  readonly weights: Latest<'captureWeights'>;
  readonly weight: Latest<'captureWeight'>;
  /** Pixels per side of the picture of the weights. */
  pixels = $state(256);

  readonly #shown = new WeakMap<MaskDoc, Shown>();
  /** Heads with the same masks share a document. */
  #turns = $state(0);
  readonly #current = $derived.by(() => {
    void this.#turns;
    return this.#shown.get(this.workbench.doc);
  });
  /** Undefined if the mask on the page is not from the capture, or was edited. */
  readonly part = $derived.by(() => this.#current?.part);
  readonly says = $derived(this.#current?.says ?? '');
  readonly unread = $derived(this.#current?.unread);
  readonly step = $derived.by(() => this.part && this.facts.steps[this.part.step]);
  readonly layer = $derived.by(() => this.step?.layers[this.workbench.layer]);
  readonly #stop: () => void;
  #last: Part = { step: 0, text: 0, head: 0 };
  #asked = 0;
  #closed = false;

  private constructor(
    private readonly workbench: Workbench,
    private readonly desk: AskedDesk,
    readonly facts: CaptureFacts,
  ) {
    this.weights = new Latest(desk);
    this.weight = new Latest(desk);
    this.#stop = $effect.root(() => {
      $effect(() => {
        const { part, layer } = this;
        const { viewport } = workbench;
        if (part && layer?.weights)
          this.weights.ask({
            kind: 'captureWeights',
            part,
            layer: workbench.layer,
            viewport,
            pixels: this.pixels,
          });
      });
      $effect(() => {
        const { part, layer } = this;
        const { cell } = workbench;
        if (part && layer?.weights && cell)
          this.weight.ask({ kind: 'captureWeight', part, layer: workbench.layer, ...cell });
      });
    });
  }

  /** Rejects with InputError, a sentence, for a file that is damaged. */
  static async open(workbench: Workbench, desk: AskedDesk, file: Named): Promise<OpenedCapture> {
    const facts = await desk.ask({ kind: 'capture', files: [file] });
    const capture = new OpenedCapture(workbench, desk, facts);
    try {
      await capture.show(capture.#last);
    } catch (error) {
      capture.close();
      throw error;
    }
    void capture.#check();
    return capture;
  }

  /** Text of the token at a position of the shown text; undefined if none was saved. */
  token(position: number): string | undefined {
    return this.part && this.facts.tokens?.[this.part.text]?.[position];
  }

  /** Position in the text of a row of the mask. */
  positionOf(query: number): number {
    return this.step ? this.step.keys - this.step.queries + query : query;
  }

  /** Shows another step, text or head; the layer stays, and so does the cell if it exists there. */
  async pick(change: Partial<Part>): Promise<void> {
    this.problem = '';
    try {
      await this.show({ ...this.#last, ...change });
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  /** Shows a part in which something is wrong, at its first wrong cell. */
  async showWrong({ part, findings, apart }: WrongPart): Promise<void> {
    await this.pick(part);
    const first = findings[0];
    const [layer, cell] = first
      ? [first.layers[0] ?? 0, first.finding.cell]
      : [apart[0]?.layer ?? 0, apart[0]?.first];
    this.workbench.select(layer);
    if (!cell) return;
    this.workbench.point(cell);
    this.workbench.move(0, 0);
  }

  async show(part: Part): Promise<void> {
    const asked = ++this.#asked;
    const { workbench } = this;
    const before = this.part;
    const { alike } = this.facts.steps[part.step]!;
    if (
      before?.step === part.step &&
      alike[before.text]?.[before.head] === alike[part.text]?.[part.head]
    ) {
      this.#shown.set(workbench.doc, { ...this.#current!, part });
      this.#turns++;
      this.#last = part;
      return;
    }
    const opened = await this.desk.ask({ kind: 'capturePart', part });
    if (asked !== this.#asked || this.#closed) return;
    const { doc, says, more, meant, unread } = opened;
    const { layer, viewport, doc: old } = workbench;
    this.#shown.set(doc, { part, says, unread });
    this.#last = part;
    workbench.show(doc, more, meant);
    workbench.select(layer);
    if (before && doc.T === old.T && doc.queries === old.queries) workbench.viewport = viewport;
  }

  /** Stops asking. The masks on the page stay. */
  close(): void {
    this.#closed = true;
    this.#stop();
  }

  async #check(): Promise<void> {
    try {
      for (let step = 0; step < this.facts.steps.length; step++) {
        const wrong = await this.desk.ask({ kind: 'captureStep', step });
        if (this.#closed) return;
        this.wrong = [...this.wrong, ...wrong];
        this.checked = step + 1;
      }
    } catch (error) {
      if (!this.#closed) this.problem = error instanceof Error ? error.message : String(error);
    }
  }
}

/** The cell that is chosen, with the texts of its tokens if they were saved. */
export function tokensAt(
  capture: OpenedCapture,
  cell: Place,
): { readonly query?: string | undefined; readonly key?: string | undefined } {
  return {
    query: capture.token(capture.positionOf(cell.query)),
    key: capture.token(cell.key),
  };
}
