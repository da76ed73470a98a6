/**
 * @file Slots to which visits save their runs. Several tabs may be open at once, each saving to its own slot; the runs
 * of an earlier visit are not overwritten before they can be resumed. A tab holds its slot with a lock, which the
 * browser releases when the tab closes, however it ends.
 */
import type { Store, Stored } from './checkpointStore';

export interface Visit {
  /** The newest saved run in a slot that no open tab is writing to. */
  readonly left?: Stored;
  /** The slot this visit saves to; undefined if other tabs hold all of them. */
  readonly place?: string;
  leave(): void;
}

export async function arrive(
  store: Pick<Store, 'stored'>,
  places: readonly string[],
): Promise<Visit> {
  const all = (await store.stored()).filter(({ name }) => places.includes(name));
  let left: Stored | undefined;
  for (const one of all) {
    const release = await hold(one.name);
    release?.();
    if (!release) continue;
    left = one;
    break;
  }
  // Empty slots first, then the oldest.
  const age = (name: string) => all.find((one) => one.name === name)?.when ?? 0;
  const others = places.filter((name) => name !== left?.name).sort((a, b) => age(a) - age(b));
  for (const place of others) {
    const release = await hold(place);
    if (release) return { ...(left && { left }), place, leave: release };
  }
  return { ...(left && { left }), leave: () => {} };
}

/**
 * A function that releases the slot; undefined if another tab holds it. Without locks every tab assumes that it is
 * alone.
 */
function hold(place: string): Promise<(() => void) | undefined> {
  const { locks } = navigator as { locks?: LockManager };
  if (!locks) return Promise.resolve(() => {});
  return new Promise((resolve) => {
    locks
      .request(`zebra-lab ${place}`, { ifAvailable: true }, (lock) => {
        if (lock) return new Promise<void>((release) => resolve(release));
        resolve(undefined);
        return undefined;
      })
      .catch(() => resolve(() => {})); // some frames may not request locks
  });
}
