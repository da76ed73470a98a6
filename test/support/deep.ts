/**
 * @file How much of a slow check a run does. By default a part, the same in every run; all of it with `DEEP=1`, as in
 * the nightly run. The part also finds errors that show everywhere; rare ones need the whole.
 */

/** By name: what is counted, how many by default, how many with DEEP=1. */
const SIZES = {
  tapeSteps: ['training steps compared with the tape', 40, 200],
  stepsEverywhere: ['training steps on WebGPU and in WebAssembly compared with the loops', 60, 200],
  leakRounds: ['rounds in which no tensor of the tape may leak', 8, 50],
  triangles: ['triangles whose polarity is a guess', 8, 100],
  shaders: ['shapes per pattern, pool and packing on WebGPU', 2, 8],
  masksOnGpu: ['masks drawn for each share of WebGPU', 6, 20],
  looks: ['ways to compute that take a closer look in a worker', 2, 5],
  accessible: ['step of each walked lesson looked at by axe', 1, 2],
  coldLessons: ['lessons opened from a cold cache', 3, 13],
  packaged: ['packaged lessons gone through step by step', 1, 13],
  printed: ['lessons whose guide and worksheet open under the policy', 4, 13],
  tabSteps: ['step of each lesson gone through by Tab', 1, 10],
} as const satisfies Readonly<Record<string, readonly [what: string, usual: number, deep: number]>>;

/** Vitest passes the variable on to browsers; its config and Playwright read the process's own. */
const env = (import.meta.env as Readonly<Record<string, string>> | undefined) ?? process.env;
const asked = env['DEEP'] ?? '';
if (!['', '0', '1'].includes(asked)) throw new Error(`DEEP is 1 or not set; it was ${asked}.`);
export const DEEP = asked === '1';

export const size = (name: keyof typeof SIZES): number => SIZES[name][DEEP ? 2 : 1];

/** For numbers checked in order: every one, or every third. */
export const STRIDE = DEEP ? 1 : 3;

/** Cases that a property draws of `all`: the first third, in the order of the seed. */
export const sampled = (all: number): number => (DEEP ? all : Math.ceil(all / 3));

/** `count` of the items, others for each `turn`, so that a family together covers them all. */
export function some<T>(items: readonly T[], count: number, turn: number): readonly T[] {
  return Array.from({ length: Math.min(count, items.length) }, (_, i) => {
    return items[(turn * count + i) % items.length]!;
  });
}

/** A few items that together have every kind, chosen from the rarest kind on; all items with DEEP=1. */
export function covering<T>(
  items: readonly T[],
  kindsOf: (item: T) => readonly string[],
): readonly T[] {
  if (DEEP) return items;
  const having = (kind: string) => items.filter((item) => kindsOf(item).includes(kind));
  const kinds = [...new Set(items.flatMap(kindsOf))];
  const missing = new Set(kinds.toSorted((a, b) => having(a).length - having(b).length));
  const gain = (item: T) => new Set(kindsOf(item).filter((kind) => missing.has(kind))).size;
  const taken: T[] = [];
  for (const rarest of missing) {
    const next = having(rarest).reduce((best, item) => (gain(item) > gain(best) ? item : best));
    taken.push(next);
    for (const kind of kindsOf(next)) missing.delete(kind);
  }
  return taken;
}

/** The message at the start of a run. */
export function saySizes(): string {
  const sizes = Object.values(SIZES).map(([what, usual, deep]) =>
    DEEP ? `  ${deep} ${what} (otherwise ${usual})` : `  ${usual} ${what} (of ${deep})`,
  );
  return [
    DEEP
      ? 'DEEP=1: slow checks are done whole.'
      : 'Slow checks are done in part; DEEP=1 does them whole.',
    `  ${DEEP ? 'all' : 'a third'} of the cases that slow properties draw and go through`,
    `  ${DEEP ? 'all lessons' : 'a few lessons that have every kind of exercise'}, walked by keyboard and by thumb`,
    `  ${DEEP ? 'tfjs in WebGL in a worker with four layers' : 'two of the four layers for tfjs in WebGL in a worker'}`,
    `  steps repeated bit for bit in a worker on ${DEEP ? 'WebGPU' : 'WebAssembly'}`,
    `  ${DEEP ? 'a global layer' : 'no global layer'} at 16,384 tokens`,
    `  ${DEEP ? 'the preset Marker trained' : 'no training of the preset Marker'} on the built page`,
    `  ${DEEP ? 'a model adapted and tuned to the end, costs measured' : 'a model adapted for a step and tuned a fifth, costs measured at one length'} on the built page`,
    ...sizes,
  ].join('\n');
}
