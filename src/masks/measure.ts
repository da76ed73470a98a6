/**
 * @file Measurements for the lints: the position of a query, what it was declared to read, and which window its rows
 * show.
 */
import { positionOf, type Mask } from '../attention/mask';
import {
  complement,
  count,
  has,
  intersect,
  minus,
  NONE,
  run,
  union,
  type Runs,
} from '../attention/runs';
import type { Declared, Found, Subject } from './subject';

/**
 * Calls `look` for every mask and, if there are several, adds the layer to what it finds. Layers that share a mask, as
 * most do, and have the same declaration are examined once.
 */
export function eachLayer(
  { masks, declared, caches }: Subject,
  look: (mask: Mask, layer: number) => Found | undefined,
): readonly Found[] {
  const known = new Map<Mask, { layer: number; found: Found | undefined }[]>();
  return masks.flatMap((mask, layer) => {
    const before = known.get(mask) ?? [];
    known.set(mask, before);
    const alike = (other: number) =>
      windowOf(declared, layer) === windowOf(declared, other) &&
      caches?.[layer] === caches?.[other];
    let one = before.find((entry) => alike(entry.layer));
    if (!one) before.push((one = { layer, found: look(mask, layer) }));
    return one.found ? [{ ...(masks.length > 1 && { layer }), ...one.found }] : [];
  });
}

/** With fewer queries than keys: whether each query ends at its own index, as if no key came before. */
export function endsAtItsNumber({ queries, keys, row }: Mask): boolean {
  if (queries >= keys || queries === 0) return false;
  for (let q = 0; q < queries; q++) if (row(q).at(-1) !== q + 1) return false;
  return true;
}

/** The window declared for a layer; a global layer has none. */
export function windowOf({ window, layers }: Declared, layer: number): number | undefined {
  if (layers?.[layer] === 'global') return undefined;
  return typeof window === 'number' ? window : window?.[layer];
}

export const spanOf = ({ spans }: Declared, position: number): Runs => {
  const span = spans?.find(([from, to]) => from <= position && position < to);
  return span ? run(span[0], span[1]) : NONE;
};

/** The document of the token at `position`, of `keys` tokens. */
export function documentOf({ documents = [] }: Declared, position: number, keys: number): Runs {
  let [from, to] = [0, keys];
  for (const at of documents) {
    if (at <= position) from = Math.max(from, at);
    else to = Math.min(to, at);
  }
  return run(from, to);
}

export const keptOf = ({ kept = [] }: Declared): Runs =>
  kept.reduce<Runs>((runs, key) => union(runs, run(key, key + 1)), NONE);

/** Real tokens: everything but padding. */
export const realOf = (
  { start = 0, length = Infinity, holes = [] }: Declared,
  keys: number,
): Runs =>
  holes.reduce<Runs>(
    (runs, [from, to]) => minus(runs, run(from, to)),
    run(start, Math.min(length, keys)),
  );

/** The mask without the rows of padding: what padding reads reaches nothing. */
export function inText(mask: Mask, declared: Declared): Mask {
  const real = realOf(declared, mask.keys);
  return { ...mask, row: (q) => (has(real, positionOf(mask, q)) ? mask.row(q) : []) };
}

/** The first key a query could read without a window: within its document and chunk, and after padding. */
export const floorOf = (declared: Declared, position: number, keys: number): number =>
  Math.max(
    documentOf(declared, position, keys)[0] ?? 0,
    declared.start ?? 0,
    declared.chunk ? position - (position % declared.chunk) : 0,
  );

/** Keys the query at `position` was declared to read. */
function expectedRow(
  declared: Declared,
  window: number | undefined,
  position: number,
  keys: number,
): Runs {
  const { causal, chunk, kept } = declared;
  let row = run(floorOf(declared, position, keys), causal ? position + 1 : keys);
  if (chunk) row = intersect(row, run(0, position - (position % chunk) + chunk));
  if (window !== undefined) row = intersect(row, run(Math.max(0, position - window + 1), keys));
  row = union(row, intersect(keptOf(declared), run(0, causal ? position + 1 : keys)));
  if (kept?.includes(position)) row = run(0, causal ? position + 1 : keys);
  row = intersect(row, documentOf(declared, position, keys));
  return intersect(union(row, spanOf(declared, position)), realOf(declared, keys));
}

/** Whether this is a plain row of the text, which shows the size of the window. */
const plain = (declared: Declared, position: number, keys: number) =>
  spanOf(declared, position).length === 0 &&
  !declared.kept?.includes(position) &&
  has(realOf(declared, keys), position);

/** A query late enough to lose keys: what it was declared to lose, and to keep. */
interface Late {
  readonly query: number;
  readonly position: number;
  readonly row: Runs;
  readonly beyond: Runs; // before its window
  readonly inside: Runs; // its window
}

export function* lateRows(mask: Mask, declared: Declared, window: number): Generator<Late> {
  const kept = keptOf(declared);
  for (let query = 0; query < mask.queries; query++) {
    const position = positionOf(mask, query);
    if (!plain(declared, position, mask.keys)) continue;
    const floor = floorOf(declared, position, mask.keys);
    const beyond = minus(run(floor, position - window + 1), kept);
    if (beyond.length === 0) continue;
    const inside = minus(run(Math.max(floor, position - window + 1), position + 1), kept);
    yield { query, position, row: mask.row(query), beyond, inside };
  }
}

/**
 * Whether the late rows read only their window, everything before it too, or neither; undefined if no row is late.
 */
export function windowed(
  mask: Mask,
  declared: Declared,
  window: number,
): 'applied' | 'absent' | 'other' | undefined {
  let [late, applied, absent] = [0, 0, 0];
  for (const { row, beyond, inside } of lateRows(mask, declared, window)) {
    late++;
    if (minus(inside, row).length > 0) continue;
    const read = count(intersect(row, beyond));
    if (read === 0) applied++;
    if (read === count(beyond)) absent++;
  }
  if (late === 0) return undefined;
  return applied === late ? 'applied' : absent === late ? 'absent' : 'other';
}

/** The far end according to the rows: `query` reads `window` keys and is the last to read `key`. */
export interface FarEnd {
  readonly window: number;
  readonly query: number;
  readonly key: number;
}

/**
 * The window most rows show. Measured only between queries from which the far end moves by exactly one key to the next:
 * at borders of documents and chunks, sinks and global tokens it jumps further or does not move.
 */
export function farEndOf(mask: Mask, declared: Declared, window: number): FarEnd | undefined {
  const kept = keptOf(declared);
  const seen = new Map<number, { times: number; first: FarEnd }>();
  const firstOf = (q: number): { first: number; holes: boolean } | undefined => {
    const position = positionOf(mask, q);
    if (!plain(declared, position, mask.keys)) return undefined;
    const row = minus(intersect(mask.row(q), run(0, position + 1)), kept);
    if (row.at(-1) !== position + 1) return undefined;
    const first = row.at(-2)!;
    return { first, holes: (row.at(-3) ?? 0) > position - window + 1 && first > 0 };
  };
  let before = mask.queries > 0 ? firstOf(0) : undefined;
  let [holes, steps] = [0, 0];
  for (let q = 1; q < mask.queries; q++) {
    const now = firstOf(q);
    const border = now && floorOf(declared, positionOf(mask, q), mask.keys) === now.first;
    if (now?.holes) holes++;
    if (before && now && !before.holes && !border && now.first === before.first + 1) {
      steps++;
      const width = positionOf(mask, q - 1) - before.first + 1;
      const known = seen.get(width);
      if (known) known.times++;
      else
        seen.set(width, {
          times: 1,
          first: { window: width, query: q - 1, key: before.first },
        });
    }
    before = now;
  }
  // Where most rows have holes, as in dilated masks, the first few still look whole.
  if (holes > steps) return undefined;
  const [most] = [...seen.values()].sort(
    (a, b) => b.times - a.times || b.first.window - a.first.window,
  );
  return most?.first;
}

/** Share of cells in which a mask agrees with what was declared, as it is and inverted. */
export function agreement(
  mask: Mask,
  declared: Declared,
  window: number | undefined,
): { readonly asIs: number; readonly flipped: number; readonly selves: number } {
  let [same, selves] = [0, 0];
  for (let q = 0; q < mask.queries; q++) {
    const position = positionOf(mask, q);
    const row = mask.row(q);
    const expected = expectedRow(declared, window, position, mask.keys);
    same += count(intersect(row, expected));
    same += count(intersect(complement(row, mask.keys), complement(expected, mask.keys)));
    if (has(row, position)) selves++;
  }
  const cells = Math.max(1, mask.queries * mask.keys);
  return {
    asIs: same / cells,
    flipped: 1 - same / cells,
    selves: selves / Math.max(1, mask.queries),
  };
}
