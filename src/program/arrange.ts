/**
 * @file Where the temporary buffers of programs lie: buffers that are never alive at the same time share a slot.
 *
 * Programs of a bundle never run at the same time, so they share the slots too.
 */
import { aligned, BYTES, type Bundle, type Launch, type Program } from './program';

export interface Arrangement {
  /** Numbers each slot holds. */
  readonly slots: readonly number[];
  /** For each program: the slot of each of its temporary buffers. */
  readonly slotOf: Readonly<Record<string, ReadonlyMap<string, number>>>;
}

interface Life {
  readonly from: number; // launch that first uses it
  readonly to: number; // launch that last uses it
}

function livesOf({ launches, temporary, results }: Program): Map<string, Life> {
  const lives = new Map<string, Life>();
  launches.forEach(({ buffers }, i) => {
    for (const { buffer } of Object.values(buffers)) {
      if (temporary.has(buffer)) lives.set(buffer, { from: lives.get(buffer)?.from ?? i, to: i });
    }
  });
  for (const { buffer } of results.values()) {
    lives.set(buffer, { from: lives.get(buffer)!.from, to: launches.length });
  }
  return lives;
}

/**
 * Greedy, in the order of launches: the smallest free slot that is large enough, else the largest free one is enlarged,
 * else a new one is added.
 */
export function arrange(programs: Readonly<Record<string, Program>>): Arrangement {
  const slots: number[] = [];
  const slotOf: Record<string, ReadonlyMap<string, number>> = {};
  for (const [name, program] of Object.entries(programs)) {
    const lives = livesOf(program);
    const free = new Set(slots.keys());
    const taken = new Map<string, number>();
    program.launches.forEach((launch, i) => {
      const here = new Set(Object.values(launch.buffers).map(({ buffer }) => buffer));
      for (const buffer of here) {
        if (lives.get(buffer)?.from !== i) continue;
        const length = aligned(program.temporary.get(buffer)!);
        const slot = choose(slots, free, length);
        slots[slot] = Math.max(slots[slot] ?? 0, length);
        free.delete(slot);
        taken.set(buffer, slot);
      }
      for (const buffer of here) {
        if (lives.get(buffer)?.to === i) free.add(taken.get(buffer)!);
      }
    });
    slotOf[name] = taken;
  }
  return { slots, slotOf };
}

/**
 * Looks at each free slot once: meters call this at every change of a setting, and programs have hundreds of launches.
 */
function choose(slots: readonly number[], free: ReadonlySet<number>, length: number): number {
  let fitting: number | undefined;
  let largest: number | undefined;
  for (const slot of free) {
    const size = slots[slot]!;
    if (size >= length && (fitting === undefined || size < slots[fitting]!)) fitting = slot;
    if (largest === undefined || size >= slots[largest]!) largest = slot;
  }
  return fitting ?? largest ?? slots.length;
}

export interface BundleBytes {
  readonly kept: number;
  readonly temporary: number;
  readonly total: number;
  readonly largest: number; // of one buffer
}

/** Bytes a machine must allocate to run the bundle. */
export function bytesOf({ kept, programs }: Bundle): BundleBytes {
  const lengths = Object.values(kept).map(({ length }) => BYTES * aligned(length));
  const slots = arrange(programs).slots.map((length) => BYTES * length);
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  return {
    kept: sum(lengths),
    temporary: sum(slots),
    total: sum(lengths) + sum(slots),
    largest: Math.max(0, ...lengths, ...slots),
  };
}

/** The uniforms of a launch that are sizes: a uniform that changes from run to run is 0 here, and never a size. */
export const sizesOf = ({ uniforms }: Launch): Record<string, number> =>
  Object.fromEntries(
    Object.entries(uniforms).map(([name, value]) => [name, typeof value === 'number' ? value : 0]),
  );

/** Bytes of working space the WebAssembly versions of the kernels need, one launch and one thread at a time. */
export function scratchBytes({ programs }: Bundle): number {
  const launches = Object.values(programs).flatMap((program) => program.launches);
  const bytes = launches.map(
    (launch) => launch.kernel.scratch?.(sizesOf(launch), launch.constants) ?? 0,
  );
  return bytes.reduce((a, b) => Math.max(a, b), 16);
}
