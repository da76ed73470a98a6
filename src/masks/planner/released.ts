/** @file Models the planner begins with; one file each in ../released. */
import { registryOf } from '../../core/registry';

export interface Released {
  readonly id: string;
  readonly label: string;
  readonly order: number;
  /** Precision it was released in; bf16 by default. */
  readonly weights?: string;
  /** The source of its sizes, and the parts of the model that are not counted; a sentence without a full stop. */
  readonly source: string;
  /** From its makers or their code; otherwise compiled from what others publish about its file. */
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
