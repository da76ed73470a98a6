/** @file Fetches the recorded run that a Lab run is compared with. */
import { localRunFor } from '../../compare/beside';
import { readFile } from '../../compare/file';
import type { History } from '../../compare/history';
import type { RunSpec } from '../../spec/run';
import { textOf } from '../fetchText';

/**
 * Undefined if nothing was recorded for these settings. It is optional: if it cannot be loaded, the Lab works without
 * it.
 */
export async function recordedBeside(spec: RunSpec): Promise<History | undefined> {
  const beside = localRunFor(spec);
  if (!beside) return undefined;
  try {
    const { histories } = readFile(await textOf(`recorded/races/${beside.start}.json`));
    return histories[beside.run];
  } catch {
    return undefined;
  }
}
