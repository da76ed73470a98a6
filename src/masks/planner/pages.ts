/**
 * @file Pages of one size for every kind of layer, as vLLM lays them out, and what they hold at a length.
 *
 * Its rules, from docs/design/hybrid_kv_cache_manager.md and v1/core/kv_cache_utils.py. Layers that keep the same thing
 * are put into groups. All groups have the same number of layers: as many as the rarest kind has, or as many as the most
 * common kind has if that is less than 1.5 times as many. A group with too few layers is filled up with padding layers,
 * which cost memory too. A group takes pages from one pool. A page has the same bytes in
 * any group, so layers that keep less per token fit more tokens on a page. A state takes exactly one page; if it is
 * larger than a page of keys, all pages are enlarged until it fits.
 */
import { pagesAt, type Keeping } from './keeping';

/** What one layer needs, on one machine. */
export interface Slot {
  /** 0 is the first layer. */
  readonly layer: number;
  readonly kind: 'full' | 'window' | 'state';
  readonly window?: number;
  /** Bytes of keys and values per token; for a state, all of it. */
  readonly bytes: number;
}

export interface PageGroup {
  readonly slots: readonly Slot[];
  /** Tokens on a page of this group; 0: a state takes one page. */
  readonly page: number;
  readonly window?: number;
}

export interface Layout {
  readonly groups: readonly PageGroup[];
  /** Bytes of one page across all layers of a group, including padding. */
  readonly bytes: number;
  /** The part in one layer. */
  readonly bytesIn: (slot: Slot) => number;
  /** Layers that do not exist but are allocated. */
  readonly padding: number;
}

const ALIGNED = 16; // tokens: pages enlarged to hold a state stay multiples of it

const sortOf = ({ kind, window, bytes }: Slot) => `${kind} ${window ?? ''} ${bytes}`;

/** Layers in order, grouped by kind, window and bytes. */
function sorted(slots: readonly Slot[], by: (slot: Slot) => string): readonly (readonly Slot[])[] {
  const sorts = new Map<string, Slot[]>();
  for (const slot of slots) {
    const name = by(slot);
    const known = sorts.get(name);
    if (known) known.push(slot);
    else sorts.set(name, [slot]);
  }
  return [...sorts.values()];
}

/** The layout, or the reason why such pages are impossible. */
export function layoutOf(slots: readonly Slot[], { page }: Keeping): Layout | string {
  if (slots.length === 0) return { groups: [], bytes: 0, bytesIn: () => 0, padding: 0 };
  // Layers of one kind and window form a single group, in which each may have its own bytes per token.
  const types = sorted(slots, ({ kind, window }) => `${kind} ${window ?? ''}`);
  const first = slots[0]!;
  if (types.length === 1 && first.kind !== 'state')
    return {
      groups: [{ slots, page, ...(first.window !== undefined && { window: first.window }) }],
      bytes: page * slots.reduce((sum, { bytes }) => sum + bytes, 0),
      bytesIn: ({ bytes }) => page * bytes,
      padding: 0,
    };
  const sorts = sorted(slots, sortOf);
  const attention = slots.filter(({ kind }) => kind !== 'state');
  const state = Math.max(0, ...slots.map(({ kind, bytes }) => (kind === 'state' ? bytes : 0)));
  const widest = Math.max(0, ...attention.map(({ bytes }) => bytes));
  const tokens =
    state === 0 || widest === 0
      ? page
      : Math.max(page, ALIGNED * Math.ceil(state / (ALIGNED * widest)));
  const size = widest === 0 ? state : tokens * widest; // bytes of a page in one layer
  const odd = attention.find(({ bytes }) => widest % bytes !== 0);
  if (odd)
    return `a token takes ${odd.bytes} bytes in layer ${odd.layer + 1} and ${widest} in others, which is not a multiple: pages of one size cannot be made`;
  const counts = sorts.map((sort) => sort.length);
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
  const each = most < 1.5 * fewest ? most : fewest;
  const groups = sorts.flatMap((sort): readonly PageGroup[] => {
    const { kind, window, bytes } = sort[0]!;
    const n = Math.ceil(sort.length / each);
    return Array.from({ length: n }, (_, i) => ({
      slots: sort.filter((_, at) => at % n === i),
      page: kind === 'state' ? 0 : size / bytes,
      ...(window !== undefined && { window }),
    }));
  });
  return {
    groups,
    bytes: each * size,
    bytesIn: () => size,
    padding: groups.length * each - slots.length,
  };
}

/** The largest number of a group's pages in use at any moment on the way to T tokens of one sequence. */
export const pagesOfGroup = (group: PageGroup, T: number, { step, windows }: Keeping): number =>
  group.page === 0
    ? 1
    : pagesAt(T, group.page, windows === 'full' ? undefined : group.window, step);

/** Bytes of one sequence of T tokens. */
export const layoutBytes = ({ groups, bytes }: Layout, T: number, keeping: Keeping): number =>
  bytes * groups.reduce((sum, group) => sum + pagesOfGroup(group, T, keeping), 0);

/**
 * 'GPU KV cache size: … tokens', as in vLLM's log until 0.20: all pages divided evenly among the groups, and one
 * group's share converted to tokens. Groups with windows never need so many pages, so this is not a length that fits.
 */
export function loggedTokens({ groups, bytes }: Layout, memory: number): number {
  if (groups.length === 0) return 0;
  const least = Math.min(...groups.filter(({ page }) => page > 0).map(({ page }) => page));
  return Math.floor(Math.floor(memory / bytes) / groups.length) * least;
}
