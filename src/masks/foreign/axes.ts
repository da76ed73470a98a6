/** @file What each axis of an array is: set by the user, or guessed, with a reason. */
import { check } from '../../core/check';
import type { Tensor } from './matrix';

export const ROLES = ['layer', 'batch', 'head', 'query', 'key'] as const;
export type Role = (typeof ROLES)[number];

export interface Axes {
  readonly roles: readonly Role[];
  /** A clause without a full stop. */
  readonly because: string;
  readonly sure: boolean;
}

/** Of a mask of two to five axes; the last two are queries and keys. */
export function guessedAxes({ shape, name = '' }: Tensor): Axes {
  const before = shape.slice(0, -2);
  const last = ['query', 'key'] as const;
  switch (before.length) {
    case 0:
      return { roles: last, because: 'it has two axes', sure: true };
    case 1: {
      const said = (['layer', 'head', 'batch'] as const).find((role) =>
        name.toLowerCase().includes(role),
      );
      if (said) return { roles: [said, ...last], because: `its name says ${said}`, sure: true };
      if (before[0] === 1)
        return { roles: ['batch', ...last], because: 'its first axis has one place', sure: true };
      return {
        roles: ['layer', ...last],
        because:
          'one axis comes before queries and keys, and its planes do not differ as texts do, in padding or documents; it may be of heads too',
        sure: false,
      };
    }
    case 2:
      return {
        roles: ['batch', 'head', ...last],
        because: 'PyTorch and Hugging Face order four axes this way',
        sure: true,
      };
    default:
      return {
        roles: ['layer', 'batch', 'head', ...last],
        because: 'layers are stacked before the four axes of PyTorch and Hugging Face',
        sure: false,
      };
  }
}

/** Throws InputError if the user's roles leave no mask. */
export function saidAxes({ shape }: Tensor, roles: readonly Role[]): Axes {
  check(
    roles.length === shape.length,
    `${roles.length} axes were named; the array has ${shape.length}`,
  );
  for (const role of ['query', 'key'] as const)
    check(
      roles.filter((one) => one === role).length === 1,
      `a mask has one axis of ${role === 'query' ? 'queries' : 'keys'}; ${roles.filter((one) => one === role).length} were named so`,
    );
  check(
    roles.filter((one) => one === 'layer').length <= 1,
    'a stack has one axis of layers; two were named so',
  );
  return { roles, because: 'you said so', sure: true };
}
