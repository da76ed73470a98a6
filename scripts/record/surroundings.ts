/** @file The inputs of the scripts that train, and how they open a run with them. */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { check } from '../../src/core/check';
import { makeFeed, type Feed } from '../../src/data/batches';
import { preparedCorpus } from '../../src/data/prepared';
import type { Corpus } from '../../src/data/corpus';
import { sources } from '../../src/data/registry';
import type { CorpusSource } from '../../src/data/source';
import { hostMachine } from '../../src/machines/hostMachine';
import { checkRun } from '../../src/spec/check';
import { localReach, type RunSpec } from '../../src/spec/run';
import { Trainer } from '../../src/train/trainer';
import { zebras } from '../../src/train/zebra';

export interface Surroundings {
  readonly kernels: WebAssembly.Module; // src/ops/simd.wasm
  /** A prepared text: its description and its characters. */
  corpus(file: string): { readonly description: unknown; readonly text: string };
  readonly machine: string; // in words
  readonly made: string; // the day, YYYY-MM-DD
  readonly version: string; // of this program
}

const read = (path: string) => readFileSync(path, 'utf8');

/** Those of this machine, today; paths are from the repository's root, where scripts/run.mjs runs. */
export const surroundings = async (): Promise<Surroundings> => ({
  kernels: await WebAssembly.compile(readFileSync('src/ops/simd.wasm')),
  corpus: (file) => ({
    description: JSON.parse(read(`public/${file}.json`)) as unknown,
    text: read(`public/${file}.txt`),
  }),
  machine: `${cpus().length} × ${cpus()[0]!.model.trim()}, WebAssembly in Node ${process.version}, one thread`,
  made: new Date().toISOString().slice(0, 10),
  version: (JSON.parse(read('package.json')) as { version: string }).version,
});

/** The batches of a run. */
export function feedOf(spec: RunSpec, around: Surroundings): Feed {
  const source = sources.get(spec.task);
  return makeFeed(source, {
    T: spec.context,
    batch: spec.batch,
    distance: spec.distance,
    seed: spec.seed,
    reach: localReach(spec),
    ...(source.kind === 'corpus' && { corpus: corpusOf(source, around) }),
  });
}

/** A text of the site; scripts have no user's text. */
export function corpusOf(source: CorpusSource, around: Surroundings): Corpus {
  check(source.file, `'${source.id}' is not a text of the site; a script can only read those`);
  const { description, text } = around.corpus(source.file);
  return preparedCorpus(source, description, text);
}

/** The models of the machine that scripts train on. */
export const modelsOf = (around: Surroundings) => zebras(hostMachine(around.kernels));

/** Everything a run needs, opened. */
export async function open(spec: RunSpec, around: Surroundings): Promise<Trainer> {
  checkRun(spec);
  return Trainer.open(modelsOf(around), spec, sources.get(spec.task), feedOf(spec, around));
}
