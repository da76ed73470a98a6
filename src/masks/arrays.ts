/**
 * @file A survey of all arrays in the opened files, a few cells at a time: what each array is, and how many of its
 * planes have a finding. It is needed because the array on the page says nothing about the others.
 */
import { InputError } from '../core/check';
import type { Brought, Looked } from './foreign/brought';
import { isList } from './foreign/brought';
import { FORMS } from './foreign/forms';
import { sizeOf, type Tensor, type Unread } from './foreign/matrix';
import type { Asked } from './foreign/recognise';
import { Survey, type Planes } from './planes';

export interface ArrayRead {
  readonly name: string;
  readonly shape: readonly number[];
  /** The pattern of most of its planes, as written; undefined if it is unknown or the array was not examined. */
  readonly is?: string;
  /** The form it is read as, if it is not itself a mask. */
  readonly form?: string;
  readonly planes: number;
  /** Planes that differ from the most common one. */
  readonly others: number;
  /** The number of planes with a finding, and one of the findings. */
  readonly wrong: number;
  readonly codes: readonly string[];
  /** Why it is not a mask, or was not examined: a clause. */
  readonly refused?: string;
}

export interface Arrays {
  readonly of: number;
  readonly done: number;
  /** Arrays not examined because the ones before them used up the cells. */
  readonly left: number;
  readonly most: number;
  readonly all: readonly ArrayRead[];
  /** Arrays that cannot be read at all. */
  readonly unread: readonly Unread[];
}

/** Maximum cells examined, over all arrays. */
const MAX_CELLS = 2 ** 27;
/** Numbers of an array sampled to see whether it can be a mask. */
const SAMPLE = 4096;
/** Below this, a number removes a score. */
const BLOCKS = -500;
/** Maximum distinct numbers in a mask: 0 and 1, or 0 and one or two fills. */
const MAX_DISTINCT = 3;

export class ArraySurvey {
  readonly #all: ArrayRead[] = [];
  #at: { readonly look: Looked; readonly survey: Survey } | undefined;
  #spent = 0;
  #left = 0;

  constructor(
    private readonly brought: Brought,
    private readonly readAs: (look: Looked) => Asked,
    private readonly most = MAX_CELLS,
  ) {}

  /** Examines about this number of further cells. */
  goOn(cells: number): Arrays {
    const { tensors } = this.brought.foreign;
    let left = cells;
    while (left > 0 && this.#all.length < tensors.length) {
      const tensor = tensors[this.#all.length]!;
      try {
        this.#at ??= this.#begin(tensor);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        this.#all.push(said(tensor, error.message));
        continue;
      }
      if (!this.#at) continue;
      const { look, survey } = this.#at;
      const planes = survey.goOn(left);
      left -= sizeOf(tensor.shape) / Math.max(1, planes.of / Math.max(1, planes.done));
      if (planes.done < planes.of) break;
      this.#all.push(readOf(tensor, look, planes));
      this.#at = undefined;
    }
    return {
      of: tensors.length,
      done: this.#all.length,
      left: this.#left,
      most: this.most,
      all: this.#all,
      unread: this.brought.foreign.unread ?? [],
    };
  }

  /** Undefined if it is not examined; the page says so. */
  #begin(tensor: Tensor) {
    const which = this.#all.length;
    const size = sizeOf(tensor.shape);
    const look = this.brought.look([which]);
    if (look.form === 'mask' && !mayBeMask(tensor)) {
      this.#all.push(said(tensor, 'it holds numbers of all sizes, so it is not a mask'));
      return undefined;
    }
    if (this.#spent + size > this.most) {
      this.#left++;
      this.#all.push(said(tensor, 'it was not examined: pick it to see it'));
      return undefined;
    }
    this.#spent += size;
    return { look, survey: new Survey(this.brought.planes([which]), this.readAs(look)) };
  }
}

const said = ({ name = '', shape }: Tensor, refused: string): ArrayRead => ({
  ...{ name, shape, refused },
  ...{ planes: 0, others: 0, wrong: 0, codes: [] },
});

function readOf({ name = '', shape }: Tensor, { form }: Looked, { alike, of }: Planes): ArrayRead {
  const [common] = alike;
  const wrong = alike.filter(
    ({ findings, refused }) => findings.length > 0 || refused !== undefined,
  );
  return {
    name,
    shape,
    ...(common?.is !== undefined && { is: common.is }),
    ...((isList(form) || form === 'weights') && { form: FORMS[form] }),
    planes: of,
    others: of - (common?.count ?? 0),
    wrong: wrong.reduce((sum, { count }) => sum + count, 0),
    codes: [...new Set(wrong.flatMap(({ findings }) => findings.map(({ code }) => code)))],
    ...(common?.refused !== undefined && { refused: common.refused }),
  };
}

/** Model weights, embeddings and scores hold more distinct numbers than a mask, which has 0, 1 and its fills. */
function mayBeMask({ kind, shape, number }: Tensor): boolean {
  if (kind !== 'float') return true;
  const size = sizeOf(shape);
  const step = Math.max(1, Math.floor(size / SAMPLE)) | 1;
  const seen = new Set<number>();
  for (let i = 0; i < size; i += step) {
    const value = number(i);
    if (value >= BLOCKS) seen.add(value);
    if (seen.size > MAX_DISTINCT) return false;
  }
  return true;
}
