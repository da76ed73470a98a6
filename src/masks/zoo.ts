/** @file Broken masks from real threads, for people learning to find them: one file each in ./zoo. */
import { registryOf } from '../core/registry';
import type { Bug } from './bug';
import { maskOf } from '../attention/expression';
import type { Subject } from './subject';

export const zoo = registryOf<Bug>(
  /* a message */ 'bug',
  import.meta.glob<{ default: Bug }>('./zoo/*.ts', { eager: true }),
);

/** The bug with its intended mask: no lint finds anything in it. */
export const repairedOf = ({ subject, repaired, repairs }: Bug): Subject => ({
  ...subject,
  ...repairs,
  expressions: repaired,
  masks: subject.masks.map(({ keys, queries }, layer) => maskOf(repaired[layer]!, keys, queries)),
});
