/**
 * @file Questions about masks that take longer than a frame, and their answers, as plain data: a worker answers them,
 * and tests ask directly. The most recent masks are cached with their rows.
 */
import { check } from '../core/check';
import { ArraySurvey, type Arrays } from './arrays';
import { declaredOfLayers } from './declared';
import { brief, maskOf, read, write } from '../attention/expression';
import type { Matrix } from './foreign/matrix';
import { Brought, isList, type Looked, type Said } from './foreign/brought';
import { openFiles, type Named } from './foreign/foreign';
import { repairedFileName, sourceOf } from './foreign/source';
import { recognise, type Asked, type Recognised } from './foreign/recognise';
import { lint } from './lint';
import { corrected, type Correction } from './corrected';
import type { Reading } from './reading';
import type { Declared, Finding, Subject } from './subject';
import { differenceOf, pairsOf, type Difference, type Mask } from '../attention/mask';
import { besideItsText } from './ofText';
import { docOfImplied, docOfRecognised, docOfStack, type Opened } from './opened';
import { painted, readRectangles } from './paint';
import { signOf, Survey, type Planes } from './planes';

import { clip, differ, type Runs } from '../attention/runs';
import { tileOf, type Tile, type View } from './tile';
import { blocksOf, type Blocks } from './views/blocks';
import { needOf, type CacheNeed } from './views/need';
import { firstOff, profileOf, type Profile } from './views/profile';
import { layersUntil, reachOf } from './views/reach';
import { zoo } from './zoo';

/** A mask as written. */
export interface Written {
  readonly T: number; // keys
  readonly queries?: number; // defaults to the number of keys
  readonly expression: string;
  readonly paint: string;
}

interface Questions {
  /** With `other`, that mask is shown as well. */
  tile: {
    readonly mask: Written;
    readonly other?: Written;
    readonly view: View;
    readonly pixels: number;
  };
  difference: { readonly mask: Written; readonly other: Written };
  numbers: { readonly mask: Written; readonly other?: Written; readonly block: number };
  stack: { readonly layers: readonly Stretch[]; readonly query: number; readonly key?: number };
  /** Checked against `meant` if given, otherwise against each layer's own terms. */
  findings: {
    readonly layers: readonly Stretch[];
    readonly meant?: Written | readonly Written[];
    readonly more?: More;
  };
  /** A foreign file; the desk keeps it, so that another part of it can be picked. */
  open: { readonly files: readonly Named[] };
  pick: { readonly picked: readonly number[] } & Asked & Said;
  /** All planes of the open array, a few at a time: repeat until all are done. */
  planes: { readonly picked: readonly number[] } & Asked & Said;
  /** All arrays of the opened files, a number of cells at a time: repeat until all are done. */
  arrays: object;
  /** The weights of the open array, as a picture: the largest per pixel. */
  weights: {
    readonly picked: readonly number[];
    readonly layer: number;
    readonly view: View;
    readonly pixels: number;
  } & Said;
  /**
   * The open array with these layers corrected to `meant`, one mask per layer; for an array without layers, its plane.
   */
  corrected: {
    readonly picked: readonly number[];
    readonly layers: readonly {
      readonly layer: number;
      readonly reading: Reading;
      readonly meant: Written;
    }[];
  } & Said;
  /** The first cell that differs after this one, in reading order; wraps around at the end. */
  next: {
    readonly mask: Written;
    readonly other: Written;
    readonly after?: { readonly query: number; readonly key: number };
  };
}

/**
 * What is known about masks besides their cells. `bug`: they come from that bug of the zoo, which declares everything
 * itself.
 */
export type More = Pick<
  Subject,
  'fill' | 'reading' | 'rounded' | 'caches' | 'isCausal' | 'step' | 'unused'
> & {
  readonly declared?: Declared;
  readonly bug?: string;
};

/** Consecutive layers with the same mask. */
export interface Stretch {
  readonly mask: Written;
  readonly count: number;
}

/** One mask in numbers. */
export interface Numbers {
  readonly T: number;
  readonly profile: Profile;
  /** The keys per query of the mask it is compared with, and the first query that differs. */
  readonly expected?: { readonly profile: Profile; readonly firstOff?: number };
  readonly blocks: Blocks;
  readonly cache?: CacheNeed;
}

/**
 * The whole stack in numbers. Complete for layers that have a row for every token; for others, only what a query reads
 * in one layer.
 */
export interface Stack {
  /** Per stretch, the most keys that one of its layers must hold, and whether a ring can hold them. */
  readonly caches?: readonly {
    readonly count: number;
    readonly slots: number;
    readonly ring: boolean;
  }[];
  readonly query: number;
  /** [layers + 1] what the query depends on, as each layer receives it; the last entry is the query alone. */
  readonly reach: readonly Runs[];
  /**
   * Whether the query reads any key in any layer: if not, it depends on no other token and the layers leave it
   * unchanged.
   */
  readonly reads: boolean;
  /** Layers until `key` reaches the query; undefined if it does not arrive, or no key was given. */
  readonly layersUntil?: number;
}

/** A file as read, and the resulting mask. */
export interface Shown {
  readonly look: Looked;
  readonly picked: readonly number[];
  readonly opened: Opened;
}

/** A file to be saved. */
export interface Saved {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly descr: string; // NumPy's dtype
  readonly shape: readonly number[];
  readonly cells: number; // that were changed
}

interface Answered {
  tile: Tile & { readonly other?: Tile['cells'] };
  difference: Difference & { readonly only: number; readonly otherOnly: number };
  numbers: Numbers;
  stack: Stack;
  findings: readonly Finding[];
  open: Shown;
  pick: Shown;
  planes: Planes;
  arrays: Arrays;
  weights: Tile;
  next: { readonly cell?: Difference['first'] };
  corrected: Saved;
}

export type Kind = keyof Questions;
export type Question<K extends Kind = Kind> = { [P in K]: { readonly kind: P } & Questions[P] }[K];
export type Answer<K extends Kind = Kind> = Answered[K];

const REMEMBERED = 12;
/** Cells of planes examined between two answers: a fraction of a second. */
const SLICE = 4_000_000;

export class Desk {
  readonly #masks = new Map<string, Mask>();

  #foreign: Brought | undefined;
  #all: ArraySurvey | undefined;
  #survey: { readonly words: string; readonly of: Survey } | undefined;

  /** Throws, or rejects, with InputError for a question it cannot answer. */
  async answer<K extends Kind>(question: Question<K>): Promise<Answer<K>> {
    return (await this.#answer(question as Question)) as Answer<K>;
  }

  #answer(question: Question): Answer | Promise<Answer> {
    switch (question.kind) {
      case 'tile': {
        const { mask, other, view, pixels } = question;
        return {
          ...tileOf(this.#mask(mask), view, pixels),
          ...(other && { other: tileOf(this.#mask(other), view, pixels).cells }),
        };
      }
      case 'difference': {
        const [a, b] = [this.#mask(question.mask), this.#mask(question.other)];
        const difference = differenceOf(a, b);
        // (a - b) + (b - a) = cells, and the intersection cancels out.
        const only = (difference.cells + pairsOf(a) - pairsOf(b)) / 2;
        return { ...difference, only, otherOnly: difference.cells - only };
      }
      case 'numbers':
        return this.#numbers(question);
      case 'stack':
        return this.#stack(question);
      case 'findings':
        return this.#findings(question);
      case 'open':
        return this.#open(question);
      case 'pick':
        return this.#pick(question);
      case 'planes':
        return this.#planes(question);
      case 'arrays':
        return this.#arrays();
      case 'weights':
        return this.#weights(question);
      case 'next':
        return this.#next(question);
      case 'corrected':
        return this.#corrected(question);
    }
  }

  #numbers({ mask, other, block }: Questions['numbers']): Numbers {
    const own = this.#mask(mask);
    const profile = profileOf(own);
    const beside = other && profileOf(this.#mask(other));
    const off = beside && firstOff(profile.keys, beside.keys);
    return {
      T: mask.T,
      profile,
      ...(beside && { expected: { profile: beside, ...(off !== undefined && { firstOff: off }) } }),
      blocks: blocksOf(own, block),
      // What later steps need is known only if every token has its row.
      ...(own.queries === own.keys && { cache: needOf(own) }),
    };
  }

  #stack({ layers, query, key }: Questions['stack']): Stack {
    const masks = layers.flatMap(({ mask, count }) =>
      Array.from({ length: count }, () => this.#mask(mask)),
    );
    // What tokens without a row depend on is unknown.
    if (masks.some(({ queries, keys }) => queries !== keys))
      return { query, reach: [], reads: true };
    const until = key === undefined ? undefined : layersUntil(masks, query, key);
    return {
      caches: layers.map(({ mask, count }) => {
        const { slots, ring } = needOf(this.#mask(mask));
        return { count, slots, ring };
      }),
      query,
      reach: reachOf(masks, query),
      reads: masks.some((mask) => mask.row(query).length > 0),
      ...(until !== undefined && { layersUntil: until }),
    };
  }

  #findings({ layers, meant, more }: Questions['findings']): readonly Finding[] {
    const T = layers[0]!.mask.T;
    const all = layers.flatMap(({ mask, count }) => Array.from({ length: count }, () => mask));
    const masks = all.map((mask) => this.#mask(mask));
    const others =
      meant === undefined
        ? undefined
        : all.map((_, layer) => ('length' in meant ? meant[layer % meant.length]! : meant));
    const expressions = (others ?? all).map(({ expression }) => read(expression));
    const { declared, bug, ...rest } = more ?? {};
    if (bug !== undefined) return lint(zoo.get(bug).subject);
    return lint({
      masks,
      expressions,
      declared: { ...declaredOfLayers(expressions, T), ...declared },
      ...(others && {
        meant: others.map((one) => this.#mask(one)),
        meantIs: expressions.length === 1 ? brief(expressions[0]!) : 'the mask it should be',
      }),
      ...rest,
    });
  }

  async #open({ files }: Questions['open']): Promise<Shown> {
    this.#foreign = undefined;
    this.#survey = undefined;
    this.#all = undefined;
    const brought = new Brought(await openFiles(files));
    const shown = shownOf(brought, [], {});
    this.#foreign = brought;
    return shown;
  }

  #pick({ picked, ...asked }: Questions['pick']): Shown {
    return shownOf(this.#opened(), picked, asked);
  }

  #opened(): Brought {
    check(this.#foreign, 'no file is open; open one first');
    return this.#foreign;
  }

  #weights({ picked, layer, view, pixels, ...said }: Questions['weights']): Tile {
    const matrix = this.#opened().matrix(picked, said, layer);
    return weightsIn(matrix, view, pixels);
  }

  #next({ mask, other, after }: Questions['next']): Answered['next'] {
    const cell = nextOf(this.#mask(mask), this.#mask(other), after);
    return cell ? { cell } : {};
  }

  #corrected({ picked, layers, ...said }: Questions['corrected']): Saved {
    const brought = this.#opened();
    const look = brought.look(picked, said);
    const { tensor } = brought.tensor(picked);
    const sources = layers.map(({ layer }) => sourceOf(look, picked, layer)!);
    const [first] = sources;
    check(first, 'the array lies in no file of its own; save this mask alone');
    const { part } = first;
    // For files stacked as one, the file of the first layer.
    const corrections = (part === undefined ? layers : layers.slice(0, 1)).map(
      ({ reading, meant }, i): Correction => ({
        ...sources[i]!,
        reading,
        meant: this.#mask(meant),
      }),
    );
    const whole = part === undefined ? tensor : tensor.parts![part]!;
    return {
      name: repairedFileName(look, sources.slice(0, corrections.length)),
      shape: whole.shape,
      ...corrected(whole, corrections),
    };
  }

  #planes({ picked, ...asked }: Questions['planes']): Planes {
    const brought = this.#opened();
    // The planes of an array are the same, whichever one is shown.
    const words = JSON.stringify([brought.foreign.tensors.length > 1 ? picked[0] : 0, asked]);
    if (this.#survey?.words !== words)
      this.#survey = {
        words,
        of: new Survey(brought.planes(picked, asked), readAs(brought.look(picked, asked), asked)),
      };
    return this.#survey.of.goOn(SLICE);
  }

  #arrays(): Arrays {
    this.#all ??= new ArraySurvey(this.#opened(), (look) => readAs(look, {}));
    return this.#all.goOn(SLICE);
  }

  #mask(written: Written): Mask {
    const { T, queries = T, expression, paint } = written;
    const key = `${queries} ${T} ${paint} ${expression}`;
    const known = this.#masks.get(key) ?? made(written);
    this.#masks.delete(key);
    this.#masks.set(key, known);
    if (this.#masks.size > REMEMBERED) this.#masks.delete(this.#masks.keys().next().value!);
    return known;
  }
}

/** Weights were not made as a mask: a cell could be read where softmax left it above 0. */
const readAs = ({ form, because }: Looked, asked: Asked): Asked =>
  form === 'weights' && asked.polarity === undefined
    ? { ...asked, polarity: 'nonzero', because, weights: true }
    : asked;

function shownOf(brought: Brought, picked: readonly number[], asked: Asked & Said): Shown {
  let said = asked;
  let look = brought.look(picked, said);
  const places = look.choices.map((_, i) => picked[i] ?? 0);
  if (isList(look.form)) {
    const blocked = asked.polarity === undefined ? undefined : asked.polarity === 'zero';
    const implied = brought.implied(places, {
      ...asked,
      ...(blocked !== undefined && { blocked }),
    });
    return { look, picked: places, opened: docOfImplied(implied) };
  }
  const reading = readAs(look, asked);
  if (look.stack !== undefined) {
    const layers = layersOf(brought, places, said, reading, look.shape[look.stack]!);
    if (look.axes!.sure || !areTexts(layers))
      return { look, picked: places, opened: docOfStack(layers) };
    // Planes that differ only in padding and documents are texts: show one at a time.
    const roles = look.axes!.roles.map((role) => (role === 'layer' ? 'batch' : role));
    said = { ...asked, axes: roles };
    look = brought.look(picked, said);
    const because = 'its planes differ in padding or documents alone, as those of texts do';
    look = { ...look, axes: { roles, because, sure: false } };
    const which = look.choices.map((_, i) => picked[i] ?? 0);
    return { look, picked: which, opened: docOfRecognised(layers[which.at(-1)!] ?? layers[0]!) };
  }
  const recognised = recognise(brought.matrix(places, said), reading);
  const opened = docOfRecognised(recognised);
  const { says } = opened;
  return {
    look,
    picked: places,
    opened: look.form === 'weights' ? { ...opened, says: `${WEIGHTS} ${says}` } : opened,
  };
}

const WEIGHTS =
  'These are attention weights: the rows sum to 1. The mask is what they imply: a weight of 0 was blocked, or is too small for its type.';

/** Each layer of a stack; layers with the same numbers are read once. */
function layersOf(
  brought: Brought,
  picked: readonly number[],
  said: Said,
  reading: Asked,
  count: number,
): readonly Recognised[] {
  const known = new Map<string, Recognised>();
  return Array.from({ length: count }, (_, layer) => {
    const matrix = brought.matrix(picked, said, layer);
    const sign = signOf(matrix);
    const one = known.get(sign) ?? recognise(matrix, reading);
    known.set(sign, one);
    return one;
  });
}

/** Whether they are one pattern, each with its own padding or documents. */
function areTexts(layers: readonly Recognised[]): boolean {
  const texts = layers.map(({ nearest }) => write(nearest.expression));
  if (
    new Set(texts).size < 2 ||
    layers.some(({ nearest, known }) => !known || nearest.difference.cells > 0)
  )
    return false;
  const cores = layers.map(({ nearest, mask }) => besideItsText(nearest.expression, mask.keys));
  return new Set(cores).size === 1;
}

/** The largest weight under each pixel, 255 for 1; square roots, so that small weights are visible. */
function weightsIn(
  { queries, keys, at }: Matrix,
  { query, key, side }: View,
  pixels: number,
): Tile {
  const size = Math.max(1, Math.min(side, Math.round(pixels)));
  const rows = Math.max(1, Math.min(side, queries));
  const high = Math.min(size, rows);
  const cells = new Uint8Array(high * size);
  for (let q = query; q < Math.min(queries, query + rows); q++)
    for (let k = key; k < Math.min(keys, key + side); k++) {
      const pixel =
        Math.floor(((q - query) * high) / rows) * size + Math.floor(((k - key) * size) / side);
      const weight = Math.round(255 * Math.sqrt(Math.min(1, Math.max(0, at(q, k)))));
      if (weight > cells[pixel]!) cells[pixel] = weight;
    }
  return { view: { query, key, side }, size, high, queries: rows, cells };
}

function nextOf(
  a: Mask,
  b: Mask,
  after: Difference['first'] = { query: -1, key: 0 },
): Difference['first'] {
  for (let i = 0; i <= a.queries; i++) {
    const query = (Math.max(0, after.query) + i) % a.queries;
    const runs = differ(a.row(query), b.row(query));
    // The search begins after the cell in its row, and ends with the keys before it in that row.
    const from = i === 0 && after.query >= 0 ? after.key + 1 : 0;
    const rest = clip(runs, from, a.keys);
    if (rest.length > 0) return { query, key: rest[0]! };
  }
  return undefined;
}

function made({ T, queries = T, expression, paint }: Written): Mask {
  const { rectangles, dropped, beyond, unclear } = readRectangles(paint, { queries, keys: T });
  // The page wrote the text from the rectangles it shows; if some were lost, the answer would be about another mask.
  const lost = dropped + beyond + unclear.length;
  check(
    lost === 0,
    `${lost} painted ${lost === 1 ? 'rectangle' : 'rectangles'} did not reach the worker; reload the page`,
  );
  return painted(maskOf(read(expression), T, queries), rectangles);
}
