/** @file Models the planner begins with; one file each in ../released. */
import { registryOf } from '../../core/registry';

export interface Released {
  readonly id: string;
  readonly label: string;
  readonly order: number;
  /** Precision it is released in; bf16 where nothing is said. */
  readonly weights?: string;
  /** Where its sizes are from, and what of the model is not counted; a sentence without an end. */
  readonly source: string;
  /** From its makers or their code; otherwise put together from what others publish of its file. */
  readonly sure: boolean;
  readonly config: Readonly<Record<string, unknown>>;
}

const files = import.meta.glob<{ default: Omit<Released, 'id'> }>('../released/*.json', {
  eager: true,
});

export const released = registryOf<Released>(
  'released model',
  Object.fromEntries(
    Object.entries(files).map(([path, { default: one }]) => [
      path,
      { default: { ...one, id: /([^/]+)\.json$/.exec(path)![1]! } },
    ]),
  ),
);
