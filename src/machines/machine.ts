/** @file The interface of what computes: a machine opens bundles of programs, and a session replays them. */
import type { KernelId } from '../ops/attention/costs';
import type { Bundle, Part } from '../program/program';
import type { Tiles } from '../program/tiles';

export interface Session {
  /** Bytes actually allocated for it. */
  readonly bytes: number;
  /** Fills a kept buffer from its beginning. */
  write(buffer: string, values: Float32Array | Int32Array): void;
  /** Runs a program, or only the launch `only` if given. Returns when the work is handed over. */
  run(program: string, values?: Readonly<Record<string, number>>, only?: number): void;
  /** Copies a part of a kept buffer, or of a temporary buffer of the last program, as it is after all runs so far. */
  read(part: Part, program?: string): Promise<Float32Array>;
  /** Resolves when everything handed over so far is done. */
  settled(): Promise<void>;
  dispose(): void;
}

export interface Machine {
  readonly kernel: KernelId;
  /** WebAssembly's threads that share a launch; defaults to one. */
  readonly threads?: number;
  /** The product tiles per GPU thread, if they were measured. */
  readonly tiles?: Tiles;
  /** Prepares everything: memory, shaders. Rejects if the machine refuses. */
  open(bundle: Bundle): Promise<Session>;
}

/** A whole kept buffer. */
export const wholeOf = ({ kept }: Bundle, buffer: string): Part => ({
  buffer,
  at: 0,
  length: kept[buffer]!.length,
});

/** A result of a program, by its name. */
export function resultOf({ programs }: Bundle, program: string, name: string): Part {
  const part = programs[program]?.results.get(name);
  if (!part) throw new Error(`program '${program}' has no result '${name}'`);
  return part;
}
