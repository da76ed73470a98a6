/** @file Fetches the data behind the figures: the recordings, and the document lengths. */
import { sources } from '../../data/registry';
import { lengthsOf, type CorpusLengths } from '../../figures/documents';
import { textOf } from '../fetchText';
import { parseIndex, parseRecording, type Recording } from '../../figures/recording';

export interface Loaded {
  readonly recorded: readonly Recording[];
  readonly corpora: readonly CorpusLengths[];
  /** What could not be read, in sentences. */
  readonly problems: readonly string[];
}

export async function loadFigures(): Promise<Loaded> {
  const problems: string[] = [];
  const attempt = async <T>(what: () => Promise<T>): Promise<readonly T[]> => {
    try {
      return [await what()];
    } catch (cause) {
      problems.push(cause instanceof Error ? cause.message : String(cause));
      return [];
    }
  };
  const recordings = async () => {
    const names = (
      await attempt(async () => parseIndex(await textOf('recorded/index.json')))
    ).flat();
    return Promise.all(
      names.map((name) =>
        attempt(async () => parseRecording(name, await textOf(`recorded/${name}`))),
      ),
    );
  };
  const lengths = sources.all.flatMap((source) =>
    source.kind === 'corpus' && source.file && !source.repeat // derived from another text, not written by people
      ? [attempt(async () => lengthsOf(JSON.parse(await textOf(`${source.file}.json`)) as unknown))]
      : [],
  );
  const [recorded, corpora] = await Promise.all([recordings(), Promise.all(lengths)]);
  return { recorded: recorded.flat(), corpora: corpora.flat(), problems };
}
