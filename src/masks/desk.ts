/**
 * @file Answers questions about masks that take longer than a frame (questions.ts): in a worker, or directly in tests.
 * The most recent masks are cached with their rows.
 */
import { check } from '../core/check';
import { ArraySurvey, type Arrays } from './arrays';
import type { CaptureDesk } from './capture/captureDesk';
import { declaredOfLayers } from './declared';
import { brief, maskOf } from '../attention/expression';
import { read } from '../attention/parse';
import { Brought } from './foreign/brought';
import { openFiles } from './foreign/foreign';
import { repairedFileName, sourceOf } from './foreign/source';
import { lint } from './lint';
import { corrected, type Correction } from './corrected';
import type { Finding } from './subject';
import { differenceOf, pairsOf, type Mask } from '../attention/mask';
import { painted, readRectangles } from './paint';
import { Survey, type Planes } from './planes';
import { tileOf, type Tile } from './tile';
import { blocksOf } from './analysis/blocks';
import { needOf } from './analysis/need';
import { firstOff, profileOf } from './analysis/profile';
import { layersUntil, reachOf } from './analysis/reach';
import { zoo } from './zoo';
import type {
  AboutCapture,
  Written,
  Questions,
  Numbers,
  Stack,
  Shown,
  Saved,
  Answered,
  Kind,
  Question,
  Answer,
} from './questions';
import { readAs, shownOf } from './shownFile';
import { weightsIn } from './weightsTile';
import { nextOf } from './nextCell';

const REMEMBERED = 12;
/** Cells of planes examined between two answers: a fraction of a second. */
const SLICE = 4_000_000;

export class Desk {
  readonly #masks = new Map<string, Mask>();

  #capture: CaptureDesk | undefined;
  #foreign: Brought | undefined;
  #all: ArraySurvey | undefined;
  #survey: { readonly words: string; readonly of: Survey } | undefined;

  /** `captures` loads what answers questions about captures: it needs the table of all configs, which is large. */
  constructor(private readonly captures?: () => Promise<CaptureDesk>) {}

  /** Throws, or rejects, with InputError for a question it cannot answer. */
  async answer<K extends Kind>(question: Question<K>): Promise<Answer<K>> {
    return (await this.#answer(question as Question)) as Answer<K>;
  }

  #answer(question: Question): Answer | Promise<Answer> {
    switch (question.kind) {
      case 'tile': {
        const { mask, other, viewport, pixels } = question;
        return {
          ...tileOf(this.#mask(mask), viewport, pixels),
          ...(other && { other: tileOf(this.#mask(other), viewport, pixels).cells }),
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
      case 'capture':
      case 'capturePart':
      case 'captureStep':
      case 'captureWeights':
      case 'captureWeight':
        return this.#ofCapture(question);
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
    this.#capture?.close();
    this.#foreign = undefined;
    this.#survey = undefined;
    this.#all = undefined;
    const brought = new Brought(await openFiles(files));
    const shown = shownOf(brought, [], {});
    this.#foreign = brought;
    return shown;
  }

  async #ofCapture(question: AboutCapture): Promise<Answer> {
    check(this.captures, 'captures are not opened here');
    this.#capture ??= await this.captures();
    return this.#capture.answer(question);
  }

  #pick({ picked, ...asked }: Questions['pick']): Shown {
    return shownOf(this.#opened(), picked, asked);
  }

  #opened(): Brought {
    check(this.#foreign, 'no file is open; open one first');
    return this.#foreign;
  }

  #weights({ picked, layer, viewport, pixels, ...said }: Questions['weights']): Tile {
    const matrix = this.#opened().matrix(picked, said, layer);
    return weightsIn(matrix, viewport, pixels);
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
