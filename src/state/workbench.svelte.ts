import { InputError } from '../core/check';
import { encoded } from '../core/encoded';
import { crossedOf } from '../masks/configKinds';
import type { ConfigLayer, ConfigLayers } from '../masks/configLayer';
import type { More } from '../masks/questions';
import {
  MIN_TOKENS,
  fromAddress,
  LONGEST_ADDRESS,
  maskOfLayer,
  MAX_LAYERS,
  queriesOf,
  toAddress,
  type LayerDoc,
  type MaskDoc,
} from '../masks/doc';
import { brief, maskOf, write, type Expression } from '../attention/expression';
import { read } from '../attention/parse';
import { readFill, writeFill } from '../masks/fillText';
import { library } from '../masks/library';
import { docOfBug, docOfConfig } from '../masks/opened';
import type { Given } from '../masks/given';
import { sayRow, whyCell } from '../masks/sayCell';
import { readStack } from '../masks/stackText';
import type { Viewport } from '../masks/tile';
import { panned, showing, widestOf, zoomed } from '../masks/viewport';
import { zoo } from '../masks/zoo';
import { MAX_TOKENS } from '../attention/mask';
import { MAX_RECTANGLES, tidied, isIdle, type Rectangle } from '../masks/paint';
import { has } from '../attention/runs';
import { Undo } from './undo.svelte';

export type Tool = 'look' | 'open' | 'block';

export interface Place {
  readonly query: number;
  readonly key: number;
}

/** Tokens for which a model's costs are computed by default, if its context is that long. */
const FIRST_LENGTH = 32_768;

export interface Weights {
  /** The array of the open file, if it has several, then the place on each axis but those of queries and keys. */
  readonly picked: readonly number[];
}

/** A mask to compare with, as written, and whether it is the mask of a whole text of which the page shows a step. */
interface Compared {
  other: string;
  step: boolean;
}

/** The mask workbench: the masks, the questions about them, and which mask is shown. */
export class Workbench {
  doc = $state.raw<MaskDoc>(fromAddress('').doc);
  layer = $state(0);
  /** The expression as typed; if it is invalid, `problem` says why, and the mask stays. */
  text = $state('');
  problem = $state<string | undefined>();
  cell = $state.raw<Place | undefined>();
  /** The opposite corner of a rectangle being marked. */
  corner = $state.raw<Place | undefined>();
  tool = $state<Tool>('look');
  /** Tokens per side of a block, as in a block-sparse kernel. */
  block = $state(64);
  viewport = $state.raw<Viewport>({ query: 0, key: 0, side: 32 });
  notes = $state.raw<readonly string[]>([]);
  rest = $state.raw(fromAddress('').rest);
  /** The mask it is compared with, as written; empty: none. */
  other = $state('');
  /** Whether `other` is the mask of a whole text, and the mask on the page is that of one step of decoding it. */
  step = $state(false);
  /** Whether the attention weights of the open file are drawn instead of the mask they imply. */
  weights = $state.raw<Weights>();
  /** The user's choices besides the mask. */
  given = $state.raw<Given>({});
  /** The model whose config was opened last, and the length for which its costs are computed. */
  config = $state.raw<ConfigLayers>();
  length = $state(FIRST_LENGTH);
  /** A length that the user chose stays, whatever model is opened. */
  #lengthAsked = false;
  /**
   * What else is known about the masks, from a file, a config or the zoo; dropped when they change, restored on undo.
   */
  more = $state.raw<More>();

  readonly #known = new WeakMap<MaskDoc, More>();
  /** The intended masks that came with what was opened, rather than from the user. */
  #proposed = $state('');
  /** The config layers a document was made from, until it is edited. */
  readonly #ofConfig = new WeakMap<MaskDoc, readonly ConfigLayer[]>();
  /** The comparison of each document. Edits of one document share one object. */
  readonly #subjects = new WeakMap<MaskDoc, Compared>();
  readonly #first: Compared = { other: '', step: false };
  #subject = this.#first;
  readonly #undo = new Undo<MaskDoc>();

  canUndo = $derived(this.#undo.can);
  canRedo = $derived(this.#undo.canRedo);
  current = $derived(this.doc.layers[this.layer]!);
  /** Rows of the mask. */
  queries = $derived(queriesOf(this.doc));
  mask = $derived(maskOfLayer(this.current, this.doc.T, this.queries));
  embedded = $derived(this.rest.get('embed') === '1');
  known = $derived(library.all.find(({ doc }) => toAddress(doc) === toAddress(this.doc)));
  query = $derived(
    [
      'v=1',
      toAddress(this.doc),
      ...(this.layer > 0 ? [`at=${this.layer + 1}`] : []),
      ...(this.other ? [`other=${encoded(this.other)}`] : []),
      ...(this.more?.fill ? [`fill=${writeFill(this.more.fill)}`] : []),
      ...(this.embedded ? ['embed=1'] : []),
    ].join('&'),
  );
  /** Why no link can hold these masks; undefined if one can. */
  tooLong = $derived(
    this.query.length > LONGEST_ADDRESS
      ? `these masks need a link of ${this.query.length} characters; the limit is ${LONGEST_ADDRESS}. Save them as JSON instead`
      : undefined,
  );

  /** For a stack, the expressions of all layers, in order; for one mask, that of the current layer. */
  others = $derived.by((): readonly Expression[] | InputError | undefined => {
    if (this.other.trim() === '') return undefined;
    try {
      return readStack(this.other);
    } catch (error) {
      if (error instanceof InputError) return error;
      throw error;
    }
  });
  otherExpression = $derived(
    this.others === undefined || this.others instanceof InputError
      ? this.others
      : this.others[this.layer % this.others.length]!,
  );
  otherMask = $derived(
    this.otherExpression && !(this.otherExpression instanceof InputError)
      ? maskOf(this.otherExpression, this.doc.T, this.queries)
      : undefined,
  );

  /** The selected row in words: 'query 7 reads 4 of 8 keys: 4 to 7'. */
  says = $derived(this.cell && sayRow(this.mask, this.cell.query));
  /** Why the selected cell is as it is. */
  why = $derived(this.cell && whyCell(this.current, this.mask, this.cell));

  constructor(query = '') {
    this.#read(query);
  }

  // ------------------------------------------------------------------------------------------- the masks

  setTokens = (T: number) => {
    if (!Number.isFinite(T)) return;
    const tokens = Math.min(MAX_TOKENS, Math.max(MIN_TOKENS, Math.round(T)));
    if (tokens === this.doc.T) return;
    // The mask of a whole text has a row for each token. That of the last tokens of a text keeps its number of rows, at
    // most one for each token: with more rows than keys, it would become cross-attention.
    const whole = this.queries === this.doc.T;
    const part = this.queries < this.doc.T;
    const most = part ? Math.min(this.queries, tokens) : this.queries;
    const queries = whole ? tokens : most;
    const inside = ({ toQuery, toKey }: Rectangle) => toQuery <= queries && toKey <= tokens;
    this.#change({
      T: tokens,
      ...(queries !== tokens && { queries }),
      layers: this.doc.layers.map(({ expression, paint }) => ({
        expression,
        paint: paint.filter(inside),
      })),
    });
    this.fit();
  };

  /** Makes the typed expression the mask of this layer, or reports why not. */
  type = (text: string) => {
    this.text = text;
    try {
      const expression = read(text);
      this.problem = undefined;
      if (write(expression) !== write(this.current.expression)) this.#expression(expression, false);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.problem = error.message;
    }
  };

  /** A chip was toggled, or its numbers changed. */
  setExpression = (expression: Expression) => this.#expression(expression, true);

  choose = (id: string) => {
    this.layer = 0;
    this.#proposed = '';
    this.config = undefined;
    this.#replace({ ...library.get(id).doc }, { other: '', step: false });
    this.fit();
  };

  /** Masks from elsewhere: a file, a config, the zoo. */
  show = (doc: MaskDoc, more?: More, meant?: string) => {
    this.layer = 0;
    this.config = undefined;
    if (more) this.#known.set(doc, more);
    this.#proposed = meant ?? '';
    this.#replace(doc, { other: meant ?? '', step: false });
    this.fit();
  };

  showConfig = (config: ConfigLayers) => {
    const doc = docOfConfig(config);
    this.show(doc, config.unused && { unused: config.unused });
    // Custom masks have no closed form for every length: their numbers are for the tokens shown.
    this.config = config.layers.some(({ kind }) => kind === 'masked') ? undefined : config;
    this.#ofConfig.set(doc, config.layers);
    if (!this.#lengthAsked) this.length = Math.min(FIRST_LENGTH, config.made ?? Infinity);
  };

  /** Tokens for which the model's costs are computed. */
  setLength = (tokens: number) => {
    this.#lengthAsked = true;
    this.length = tokens;
  };

  /**
   * Why a layer's mask does not describe the layer completely: it has a recurrent state, or the data selects its keys.
   */
  crossedAt = (layer: number) => {
    const known = this.#ofConfig.get(this.doc)?.[layer];
    return known && crossedOf(known);
  };

  /** A bug of the zoo, compared with the intended mask. */
  showBug = (id: string) => {
    const bug = zoo.get(id);
    this.show(docOfBug(bug), { bug: id }, write(bug.repaired[0]!));
  };

  select = (layer: number) => {
    this.layer = Math.min(this.doc.layers.length - 1, Math.max(0, layer));
    this.#said();
  };

  addLayer = () => {
    if (this.doc.layers.length >= MAX_LAYERS) return;
    const layers = this.doc.layers.toSpliced(this.layer + 1, 0, this.current);
    this.#change({ ...this.doc, layers });
    this.select(this.layer + 1);
  };

  removeLayer = () => {
    if (this.doc.layers.length === 1) return;
    const layers = this.doc.layers.toSpliced(this.layer, 1);
    const { layer } = this;
    this.layer = Math.min(layer, layers.length - 1);
    this.#change({ ...this.doc, layers });
  };

  paint = (rectangle: Rectangle) => {
    if (isIdle(this.mask, rectangle)) return;
    const { expression, paint } = this.current;
    const tidy = tidied(maskOf(expression, this.doc.T, this.queries), [...paint, rectangle]);
    if (tidy.length > MAX_RECTANGLES) {
      this.problem = `a layer can have at most ${MAX_RECTANGLES} painted rectangles, so this one was not added`;
      return;
    }
    this.#layer({ expression, paint: tidy });
  };

  /** Toggles the cell, or the marked rectangle. */
  flip = () => {
    const area = this.area;
    if (!area) return;
    this.paint({ ...area, open: !has(this.mask.row(this.cell!.query), this.cell!.key) });
    this.corner = undefined;
  };

  /** Replaces the layer with the intended mask. */
  repair = () => {
    const { otherExpression: meant } = this;
    if (meant && !(meant instanceof InputError)) this.#layer({ expression: meant, paint: [] });
  };

  clearPaint = () => this.#layer({ ...this.current, paint: [] });

  undo = () => this.#back(this.#undo.back(this.doc));

  redo = () => this.#back(this.#undo.again(this.doc));

  // ------------------------------------------------------------------------------------------- what is seen

  /** The marked cells as a rectangle, before it is decided whether to allow or block them. */
  get area(): Omit<Rectangle, 'open'> | undefined {
    const { cell, corner = cell } = this;
    if (!cell || !corner) return undefined;
    return {
      query: Math.min(cell.query, corner.query),
      toQuery: Math.max(cell.query, corner.query) + 1,
      key: Math.min(cell.key, corner.key),
      toKey: Math.max(cell.key, corner.key) + 1,
    };
  }

  point = (cell: Place | undefined) => {
    this.cell = cell;
    this.corner = undefined;
  };

  /** The keyboard cursor; `mark` leaves the opposite corner in place. */
  move = (queries: number, keys: number, mark = false) => {
    const last = { query: this.queries - 1, key: this.doc.T - 1 };
    const from = this.cell ?? last;
    const clamp = (at: number, most: number) => Math.min(most, Math.max(0, at));
    if (mark) this.corner ??= from;
    else this.corner = undefined;
    this.cell = {
      query: clamp(from.query + queries, last.query),
      key: clamp(from.key + keys, last.key),
    };
    this.viewport = showing(this.viewport, this.mask, this.cell);
  };

  /** Cells per side of a square that holds the whole mask. */
  widest = $derived(widestOf(this.mask));

  fit = () => {
    this.viewport = { query: 0, key: 0, side: this.widest };
  };

  zoom = (factor: number, x?: number, y?: number) => {
    this.viewport = zoomed(this.viewport, this.mask, factor, x, y);
  };

  pan = (queries: number, keys: number) => {
    this.viewport = panned(this.viewport, this.mask, queries, keys);
  };

  visit = (query: string) => {
    if (query === this.query) return;
    this.#read(query);
  };

  #read(query: string) {
    const { doc, notes, rest } = fromAddress(query);
    this.notes = notes;
    this.config = undefined;
    this.rest = rest;
    this.other = rest.get('other') ?? '';
    this.#subject = { other: this.other, step: this.step };
    this.#subjects.set(doc, this.#subject);
    this.#undo.forget();
    const at = Number(rest.get('at') ?? 1);
    this.layer = Number.isInteger(at) && at >= 1 && at <= doc.layers.length ? at - 1 : 0;
    const fill = readFill(rest.get('fill') ?? '');
    if (fill) this.#known.set(doc, { fill });
    this.#set(doc);
    this.fit();
  }

  /** Whether the user says what the masks should be. */
  get isIntended(): boolean {
    return this.other.trim() !== '' && this.other !== this.#proposed;
  }

  /** Accepts only what can be read back from its text, because the worker, links and files all use the text. */
  #expression(expression: Expression, say: boolean) {
    try {
      read(write(expression));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.problem = error.message;
      return;
    }
    this.#layer({ ...this.current, expression }, say);
  }

  #layer(layer: LayerDoc, say = true) {
    this.#change({ ...this.doc, layers: this.doc.layers.with(this.layer, layer) }, say);
  }

  #change(doc: MaskDoc, say = true) {
    this.#undo.leave(this.doc);
    this.#subjects.set(doc, this.#subject);
    this.#set(doc, say);
  }

  /**
   * Opens other masks, not an edit of the current ones. The current comparison does not apply to them; it returns with
   * the current masks on undo.
   */
  #replace(doc: MaskDoc, compared: Compared) {
    this.#leave(compared);
    this.#change(doc);
  }

  /** Returns to a document from the history; edits of the same document share their comparison. */
  #back(doc: MaskDoc | undefined) {
    if (!doc) return;
    const subject = this.#subjects.get(doc) ?? this.#first;
    if (subject !== this.#subject) this.#leave(subject);
    this.#set(doc);
  }

  #leave(to: Compared) {
    this.#subject.other = this.other;
    this.#subject.step = this.step;
    this.#subject = to;
    this.other = to.other;
    this.step = to.step;
  }

  #set(doc: MaskDoc, say = true) {
    const resized = doc.T !== this.doc.T || doc.queries !== this.doc.queries;
    this.doc = doc;
    this.layer = Math.min(this.layer, doc.layers.length - 1);
    this.more = this.#known.get(doc);
    this.weights = undefined;
    if (say) this.#said();
    const { cell } = this;
    if (cell && (cell.query >= queriesOf(doc) || cell.key >= doc.T)) this.point(undefined);
    if (resized) this.fit();
  }

  #said() {
    this.text = brief(this.current.expression);
    this.problem = undefined;
  }
}
