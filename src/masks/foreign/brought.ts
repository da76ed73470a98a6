/** @file An opened file as shown: one of its arrays, the form it is read as, the roles of its axes, and the plane. */
import { check } from '../../core/check';
import { guessedAxes, saidAxes, type Axes, type Role } from './axes';
import { formOf, FORMS, type Form, type Formed } from './forms';
import { impliedBy, textsOf } from './implied';
import type { Implied } from './impliedTerms';
import { matrixOn, type Foreign, type Matrix, type Origin, type Tensor } from './matrix';
import { MAX_LAYERS } from '../doc';

/** The user's settings for a file besides how to read its numbers. */
export interface Said {
  readonly form?: Form | undefined;
  readonly axes?: readonly Role[] | undefined;
  /** For lists of tokens: whether each token reads only what comes before it. */
  readonly causal?: boolean | undefined;
  /** Tokens per block of a block table. */
  readonly block?: number | undefined;
}

export interface Choice {
  readonly name: string;
  readonly count: number;
  readonly labels?: readonly string[];
}

/** How an array is read. */
export interface Looked extends Formed {
  readonly choices: readonly Choice[];
  /** One role per axis of the array; undefined for a list of tokens. */
  readonly axes?: Axes;
  readonly shape: readonly number[];
  readonly dtype: string; // as named in the file
  /**
   * Its location in the file; for an array stacked from all others, the location of each of them. Empty if a program
   * could not find it.
   */
  readonly origins: readonly Origin[];
  /** The axis that is opened as a stack of layers. */
  readonly stack?: number;
  /** Whether this array is all the others stacked. */
  readonly stacks?: true;
  readonly causal: boolean;
  readonly block: number;
  /** Arrays of the file that cannot be read. */
  readonly unread?: number;
}

/** Planes by their position on the axes other than queries and keys. */
export interface Planar {
  readonly axes: readonly Choice[];
  /** The axis opened as layers. */
  readonly stack?: number;
  matrix?(place: readonly number[]): Matrix;
  implied?(place: readonly number[]): Implied;
}

/** vLLM's own. */
const BLOCK = 16;

export class Brought {
  constructor(readonly foreign: Foreign) {}

  /** The array shown, and the positions picked on its own axes. */
  tensor(picked: readonly number[]): {
    readonly tensor: Tensor;
    readonly places: readonly number[];
  } {
    const { tensors } = this.foreign;
    if (tensors.length === 1) return { tensor: tensors[0]!, places: picked };
    const [which = 0, ...places] = picked;
    const tensor = tensors[which];
    check(tensor, `array ${which} was picked; there are ${tensors.length}`);
    return { tensor, places };
  }

  look(picked: readonly number[], said: Said = {}): Looked {
    const { tensors } = this.foreign;
    const { tensor } = this.tensor(picked);
    const formed = formedAs(tensor, said.form);
    const first: readonly Choice[] =
      tensors.length > 1
        ? [
            {
              name: this.foreign.format === 'files' ? 'file' : 'tensor',
              count: tensors.length,
              labels: tensors.map(({ name }, i) => name ?? `${i}`),
            },
          ]
        : [];
    const unread = this.foreign.unread && { unread: this.foreign.unread.length };
    const { causal = true, block = BLOCK } = said;
    const { shape, dtype } = tensor;
    const where = { shape, dtype, origins: originsOf(tensor) };
    if (isList(formed.form)) {
      const texts = textsOf(tensor, formed.form);
      return {
        ...formed,
        ...where,
        choices: [...first, ...(texts > 1 ? [{ name: 'text', count: texts }] : [])],
        causal,
        block,
        ...unread,
      };
    }
    check(
      shape.length >= 2,
      `it is one list, of ${shape[0]} numbers; a mask is a list of rows, [[1, 0], [1, 1]], and of one query [[1, 0]]`,
    );
    const axes = said.axes ? saidAxes(tensor, said.axes) : guessedAxes(tensor);
    const stack = axes.roles.findIndex(
      (role, axis) => role === 'layer' && shape[axis]! > 1 && shape[axis]! <= MAX_LAYERS,
    );
    return {
      ...formed,
      ...where,
      axes,
      choices: [...first, ...this.#picked(axes, shape, stack)],
      ...unread,
      ...(stack >= 0 && { stack }),
      ...(tensor.stacks && { stacks: true as const }),
      causal,
      block,
    };
  }

  #picked({ roles }: Axes, shape: readonly number[], stack: number): readonly Choice[] {
    return roles.flatMap((role, axis) =>
      role === 'query' || role === 'key' || axis === stack
        ? []
        : [
            {
              name: roles.indexOf(role) === axis ? role : `${role} ${axis}`,
              count: shape[axis]!,
            },
          ],
    );
  }

  /** The matrix at a position on every axis but queries and keys; for a stack, one of its layers. */
  matrix(picked: readonly number[], said: Said = {}, layer = 0): Matrix {
    const { tensor, places } = this.tensor(picked);
    const { axes, stack } = this.look(picked, said);
    check(axes, 'these are lists of tokens, and no matrix');
    const { roles } = axes;
    let next = 0;
    const all = roles.map((role, axis) =>
      role === 'query' || role === 'key' ? 0 : axis === stack ? layer : (places[next++] ?? 0),
    );
    return matrixOn(tensor, { query: roles.indexOf('query'), key: roles.indexOf('key') }, all);
  }

  /** All planes of the array, including those of a stack; or the texts of its lists. */
  planes(picked: readonly number[], said: Said = {}): Planar {
    const { tensor } = this.tensor(picked);
    const look = this.look(picked, said);
    const before = this.foreign.tensors.length > 1 ? [picked[0] ?? 0] : [];
    if (!look.axes) {
      const axes = look.choices.slice(before.length);
      return { axes, implied: (place) => this.implied([...before, ...place], said) };
    }
    const { roles } = look.axes;
    const axes = this.#picked(look.axes, tensor.shape, -1);
    return {
      axes,
      ...(look.stack !== undefined && {
        stack: axes.findIndex(({ name }) => name === 'layer'),
      }),
      matrix(place) {
        let next = 0;
        const all = roles.map((role) =>
          role === 'query' || role === 'key' ? 0 : (place[next++] ?? 0),
        );
        return matrixOn(tensor, { query: roles.indexOf('query'), key: roles.indexOf('key') }, all);
      },
    };
  }

  implied(picked: readonly number[], said: Said & { readonly blocked?: boolean } = {}): Implied {
    const { tensor, places } = this.tensor(picked);
    const { form, causal, block } = this.look(picked, said);
    const { blocked = /key_padding_mask/i.test(tensor.name ?? '') } = said;
    return impliedBy(
      tensor,
      form,
      places[0] ?? 0,
      { causal, block, blocked },
      this.foreign.tensors,
    );
  }
}

function originsOf({ origin, parts }: Tensor): readonly Origin[] {
  const all = parts ? parts.map((part) => part.origin) : [origin];
  return all.every((one) => one !== undefined) ? all : [];
}

export const isList = (form: Form): boolean => form !== 'mask' && form !== 'weights';

function formedAs(tensor: Tensor, said: Form | undefined): Formed {
  const found = formOf(tensor);
  if (said === undefined || said === found.form) return found;
  check(found.others.includes(said), `the array cannot be ${FORMS[said]}`);
  return {
    form: said,
    sure: true,
    because: 'you said so',
    others: [found.form, ...found.others.filter((one) => one !== said)],
  };
}
