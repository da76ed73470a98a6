/**
 * @file Questions about masks that take longer than a frame, and their answers, as plain data: a worker answers them, and
 * tests ask directly. The last masks are remembered with their rows.
 */
import { check } from '../core/check';
import { declaredOfLayers } from './declared';
import { maskOf, read } from '../attention/expression';
import { openForeign } from './foreign/foreign';
import type { Foreign } from './foreign/matrix';
import { recognise, type Asked } from './foreign/recognise';
import { lint } from './lint';
import type { Declared, Finding, Subject } from './subject';
import { differenceOf, pairsOf, type Difference, type Mask } from '../attention/mask';
import { docOfRecognised, type Opened } from './opened';
import { painted, readRectangles } from './paint';
import { Survey, type Planes } from './planes';
import { clip, differ, type Runs } from '../attention/runs';
import { tileOf, type Tile, type View } from './tile';
import { blocksOf, type Blocks } from './views/blocks';
import { needOf, type CacheNeed } from './views/need';
import { firstOff, profileOf, type Profile } from './views/profile';
import { layersUntil, reachOf } from './views/reach';
import { zoo } from './zoo';

/** A mask as it is written. */
export interface Written {
  readonly T: number; // keys
  readonly queries?: number; // as many as keys where it does not say
  readonly expression: string;
  readonly paint: string;
}

interface Questions {
  /** With `other`, what that one shows beside it. */
  tile: {
    readonly mask: Written;
    readonly other?: Written;
    readonly view: View;
    readonly pixels: number;
  };
  difference: { readonly mask: Written; readonly other: Written };
  numbers: { readonly mask: Written; readonly other?: Written; readonly block: number };
  stack: { readonly layers: readonly Stretch[]; readonly query: number; readonly key?: number };
  /** Held against what `meant` says; without it against each layer's own terms. */
  findings: {
    readonly layers: readonly Stretch[];
    readonly meant?: Written;
    readonly more?: More;
  };
  /** A foreign file; the desk keeps it, so that another part of it can be picked. */
  open: { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> };
  pick: { readonly picked: readonly number[] } & Asked;
  /** All planes of the open file, a few of them at a time: to be asked again until all are done. */
  planes: Asked;
  /** The first cell, in reading order, that differs and stands after that one; from the beginning again after the last. */
  next: {
    readonly mask: Written;
    readonly other: Written;
    readonly after?: { readonly query: number; readonly key: number };
  };
}

/** What is known of masks beside their cells; `bug`: they are that one of the zoo, and it says all of it. */
export type More = Pick<Subject, 'fill' | 'reading'> & {
  readonly declared?: Declared;
  readonly bug?: string;
};

/** Layers in a row that have the same mask. */
export interface Stretch {
  readonly mask: Written;
  readonly count: number;
}

/** One mask in numbers. */
export interface Numbers {
  readonly T: number;
  readonly profile: Profile;
  /** Of the mask that is compared with, and the first query where it is another. */
  readonly expected?: { readonly profile: Profile; readonly firstOff?: number };
  readonly blocks: Blocks;
  readonly cache?: CacheNeed;
}

/** The whole stack in numbers. Of layers that have a row for every token; of others, what a query reads in one layer. */
export interface Stack {
  /** For each stretch, keys one of its layers must hold at most, and whether a ring holds them. */
  readonly caches?: readonly {
    readonly count: number;
    readonly slots: number;
    readonly ring: boolean;
  }[];
  readonly query: number;
  /** [layers + 1] what the query depends on, as each layer receives it; the last entry is the query alone. */
  readonly reach: readonly Runs[];
  /** Layers until `key` has reached the query; undefined where all are too few, or no key was asked for. */
  readonly layersUntil?: number;
}

interface Answered {
  tile: Tile & { readonly other?: Tile['cells'] };
  difference: Difference & { readonly only: number; readonly otherOnly: number };
  numbers: Numbers;
  stack: Stack;
  findings: readonly Finding[];
  open: { readonly choices: Foreign['choices']; readonly opened: Opened };
  pick: Opened;
  planes: Planes;
  next: { readonly cell?: Difference['first'] };
}

export type Kind = keyof Questions;
export type Question<K extends Kind = Kind> = { [P in K]: { readonly kind: P } & Questions[P] }[K];
export type Answer<K extends Kind = Kind> = Answered[K];

const REMEMBERED = 12;
/** Milliseconds of looking at planes between two answers. */
const SLICE = 60;

export class Desk {
  readonly #masks = new Map<string, Mask>();

  #foreign: Foreign | undefined;
  #survey: { readonly words: string; readonly of: Survey } | undefined;

  /** Throws, or rejects, with InputError for what cannot be answered. */
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
        // a - b + b - a = cells, and what is in both is in each.
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
      case 'next':
        return this.#next(question);
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
      // What later steps need is known where every token has its row.
      ...(own.queries === own.keys && { cache: needOf(own) }),
    };
  }

  #stack({ layers, query, key }: Questions['stack']): Stack {
    const masks = layers.flatMap(({ mask, count }) =>
      Array.from({ length: count }, () => this.#mask(mask)),
    );
    // What tokens without a row depend on is not known.
    if (masks.some(({ queries, keys }) => queries !== keys)) return { query, reach: [] };
    const until = key === undefined ? undefined : layersUntil(masks, query, key);
    return {
      caches: layers.map(({ mask, count }) => {
        const { slots, ring } = needOf(this.#mask(mask));
        return { count, slots, ring };
      }),
      query,
      reach: reachOf(masks, query),
      ...(until !== undefined && { layersUntil: until }),
    };
  }

  #findings({ layers, meant, more }: Questions['findings']): readonly Finding[] {
    const T = layers[0]!.mask.T;
    const all = layers.flatMap(({ mask, count }) => Array.from({ length: count }, () => mask));
    const expressions = all.map(({ expression }) => read(meant?.expression ?? expression));
    const { declared, bug, ...rest } = more ?? {};
    if (bug !== undefined) return lint(zoo.get(bug).subject);
    return lint({
      masks: all.map((mask) => this.#mask(mask)),
      expressions,
      declared: { ...declaredOfLayers(expressions, T), ...declared },
      ...rest,
    });
  }

  async #open({ name, bytes }: Questions['open']): Promise<Answered['open']> {
    this.#foreign = undefined;
    this.#survey = undefined;
    const foreign = await openForeign(name, bytes);
    const opened = docOfRecognised(recognise(foreign.matrix(foreign.choices.map(() => 0))));
    this.#foreign = foreign;
    return { choices: foreign.choices, opened };
  }

  #pick({ picked, ...asked }: Questions['pick']): Opened {
    check(this.#foreign, 'no file is open; open one first');
    return docOfRecognised(recognise(this.#foreign.matrix(picked), asked));
  }

  #next({ mask, other, after }: Questions['next']): Answered['next'] {
    const cell = nextOf(this.#mask(mask), this.#mask(other), after);
    return cell ? { cell } : {};
  }

  #planes({ polarity, meant }: Asked): Planes {
    check(this.#foreign, 'no file is open; open one first');
    const words = `${polarity} ${meant}`;
    if (this.#survey?.words !== words)
      this.#survey = { words, of: new Survey(this.#foreign, { polarity, meant }) };
    return this.#survey.of.goOn(SLICE);
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

function nextOf(
  a: Mask,
  b: Mask,
  after: Difference['first'] = { query: -1, key: 0 },
): Difference['first'] {
  for (let i = 0; i <= a.queries; i++) {
    const query = (Math.max(0, after.query) + i) % a.queries;
    const runs = differ(a.row(query), b.row(query));
    // In its own row what stands after the cell comes first, and what stands before it last.
    const from = i === 0 && after.query >= 0 ? after.key + 1 : 0;
    const rest = clip(runs, from, a.keys);
    if (rest.length > 0) return { query, key: rest[0]! };
  }
  return undefined;
}

function made({ T, queries = T, expression, paint }: Written): Mask {
  const { rectangles, dropped, beyond, unclear } = readRectangles(paint, { queries, keys: T });
  // The page wrote it from rectangles it shows; an answer about fewer of them would be about another mask.
  const lost = dropped + beyond + unclear.length;
  check(
    lost === 0,
    `${lost} painted ${lost === 1 ? 'rectangle' : 'rectangles'} did not reach the worker; reload the page`,
  );
  return painted(maskOf(read(expression), T, queries), rectangles);
}
