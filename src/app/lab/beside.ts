/** @file Fetches the recorded run that a run of the Lab is held against. */
import { besideOf } from '../../compare/beside';
import { readFile } from '../../compare/file';
import type { History } from '../../compare/history';
import type { RunSpec } from '../../spec/run';
import { textOf } from '../fetchText';

/** Undefined where nothing was recorded for these settings. It is an extra: where it cannot be had, the Lab goes on without. */
export async function recordedBeside(spec: RunSpec): Promise<History | undefined> {
  const beside = besideOf(spec);
  if (!beside) return undefined;
  try {
    const { histories } = readFile(await textOf(`recorded/races/${beside.start}.json`));
    return histories[beside.run];
  } catch {
    return undefined;
  }
}
