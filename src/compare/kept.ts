/**
 * @file Compared runs as the browser stores them: their results, and a checkpoint of each, all at one step.
 *
 * It is one file, so that it is written completely or not at all: a line of JSON with the lengths in bytes of the parts
 * that follow, the comparison's file (./file.ts), then one checkpoint per run (src/model/files/checkpoint.ts). The file
 * is assembled without copying a weight.
 */
import { withinSentence } from '../core/sentence';
import { check } from '../core/check';
import { crc32 } from '../core/crc32';
import { list, object, parseJson, readable, text, whole, type TypeOf } from '../core/schema';
import { isRecord, shown } from '../core/place';
import { formatBytes } from '../core/units';
import { readCheckpoint } from '../model/files/checkpoint';
import { modelSpecOf, weightCount } from '../spec/model';
import type { RunSpec } from '../spec/run';
import { CONTROLS } from '../spec/controls';
import { MIN_RUNS, LONGEST_NAME, MAX_RUNS, namesOf, specsOf } from './comparison';
import { readFile, type Saved } from './file';

const FORMAT = 'zebra-lab-kept-comparison';
const KEPT_VERSION = 1;
/** Longer than any first line. */
export const LONGEST_LINE = 4096; // bytes
/** Maximum browser storage for all runs together. */
export const MAX_KEPT = 64 * 2 ** 20; // bytes

type Bytes = Uint8Array<ArrayBuffer>;

export interface KeptRuns {
  readonly step: number;
  readonly saved: Saved;
  readonly checkpoints: readonly Bytes[]; // one per run, in their order
}

/** What the page shows about the file before it is opened. */
export interface KeptHead {
  readonly step: number;
  readonly names: readonly string[];
}

/** Bytes of these runs' checkpoints: weights, and the optimizer's two numbers for each. */
export const keptBytes = (specs: readonly RunSpec[]): number =>
  specs.reduce((sum, spec) => sum + 3 * 4 * weightCount(modelSpecOf(spec)), 0);

/** The parts of the file, in order; `comparison` is the output of writeFile. */
export function writeKept(
  { step, names }: KeptHead,
  comparison: string,
  checkpoints: readonly Bytes[],
): Bytes[] {
  const file = new TextEncoder().encode(comparison);
  const line = {
    format: FORMAT,
    version: KEPT_VERSION,
    step,
    names,
    comparison: { bytes: file.length, crc32: crc32(file) },
    runs: checkpoints.map(({ length }) => length),
  };
  return [new TextEncoder().encode(`${JSON.stringify(line)}\n`), file, ...checkpoints];
}

/** Reads the first LONGEST_LINE bytes. Throws InputError if they are not the start of such a file. */
export function headOfKept(bytes: Uint8Array): KeptHead {
  const { step, names } = lineOf(bytes).line;
  return { step, names };
}

/** Throws InputError with a sentence for anything but a complete file of runs that can continue together. */
export function readKept(bytes: Bytes): KeptRuns {
  const { line, length } = lineOf(bytes);
  const { step } = line;
  const lengths = [line.comparison.bytes, ...line.runs];
  const total = lengths.reduce((sum, one) => sum + one, length);
  check(
    bytes.length === total,
    `the file has ${formatBytes(bytes.length)}; it says it has ${formatBytes(total)}, so it was cut short or changed`,
  );
  let at = length;
  const [file, ...checkpoints] = lengths.map((one) => bytes.subarray(at, (at += one)));
  check(
    crc32(file!) === line.comparison.crc32,
    'the numbers of the runs are not as they were written; the file was damaged or changed',
  );
  const saved = readFile(new TextDecoder().decode(file));
  const specs = specsOf(saved.comparison);
  check(
    checkpoints.length === specs.length,
    `the file compares ${specs.length} runs and holds checkpoints of ${checkpoints.length}`,
  );
  const names = namesOf(saved.comparison);
  checkpoints.forEach((bytes, i) => {
    const checkpoint = readCheckpoint(bytes);
    const other = CONTROLS.find(
      ({ name }) => name !== 'backend' && checkpoint.spec[name] !== specs[i]![name],
    );
    check(
      !other,
      `the checkpoint of ${names[i]} was trained with another ${other && withinSentence(other.label)} than the comparison says`,
    );
    check(
      checkpoint.step === step,
      `the checkpoint of ${names[i]} is of step ${checkpoint.step}, the others of ${step}; runs that continue together must be at the same step`,
    );
  });
  return { step, saved, checkpoints: checkpoints.map((one) => one.slice()) };
}

/** Reads the first line; refuses one that does not say what follows. */
const line = (value: unknown): Line => {
  const { format, version } = isRecord(value) ? value : {};
  check(format === FORMAT, 'the file is not one of kept runs');
  check(
    version === KEPT_VERSION,
    `they were kept by another version of this page (${shown(version)}; this one reads ${KEPT_VERSION})`,
  );
  const line = readable(said, value);
  check(line, 'the first line of the file does not say what it holds');
  return line;
};

const said = object(
  {
    step: whole(),
    names: list(text({ longest: 4 * LONGEST_NAME, empty: true })),
    comparison: object({ bytes: whole(), crc32: whole() }, 'ignored'), // the comparison's file
    runs: list(whole(), { min: MIN_RUNS, max: MAX_RUNS }), // bytes of their checkpoints
  },
  'ignored',
);
type Line = TypeOf<typeof said>;

function lineOf(bytes: Uint8Array): { line: Line; length: number } {
  const length = bytes.subarray(0, LONGEST_LINE).indexOf(10) + 1;
  const value = parseJson(bytes.subarray(0, length), 'the file does not begin as one of kept runs');
  return { line: line(value), length };
}
