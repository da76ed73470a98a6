import { afterEach, expect, test, vi } from 'vitest';
import type { Stored } from '../../src/app/checkpointStore';
import { arrive } from '../../src/app/places';

const PLACES = ['one', 'two', 'three'];

/** A browser's locks for several tabs: a name is held until its holder's promise settles. */
function fakeLocks() {
  const held = new Set<string>();
  return {
    async request(
      name: string,
      _: { ifAvailable: true },
      then: (lock: object | null) => Promise<void> | undefined,
    ) {
      if (held.has(name)) {
        await then(null);
        return;
      }
      held.add(name);
      await then({});
      held.delete(name);
    },
  };
}

const kept = (...names: string[]): { stored(): Promise<readonly Stored[]> } => ({
  // The first is the newest.
  stored: () => Promise.resolve(names.map((name, i) => ({ name, bytes: 1, when: 1_000 - i }))),
});

afterEach(() => vi.unstubAllGlobals());

test('the last visit’s run is offered and not overwritten', async () => {
  vi.stubGlobal('navigator', { locks: fakeLocks() });
  const visit = await arrive(kept('two', 'one'), PLACES);
  expect(visit.left?.name).toBe('two');
  expect(visit.place).toBe('three');
});

test('the oldest is replaced if no place is empty', async () => {
  vi.stubGlobal('navigator', { locks: fakeLocks() });
  expect((await arrive(kept('three', 'one', 'two'), PLACES)).place).toBe('two');
});

test('a second tab keeps its runs in another place and does not offer those of the first', async () => {
  vi.stubGlobal('navigator', { locks: fakeLocks() });
  const first = await arrive(kept(), PLACES);
  const second = await arrive(kept(first.place!), PLACES);
  expect(second.left).toBeUndefined();
  expect(second.place).not.toBe(first.place);
  const third = await arrive(kept(second.place!, first.place!), PLACES);
  expect([first.place, second.place]).not.toContain(third.place);
  const fourth = await arrive(kept(), PLACES);
  expect(fourth.place).toBeUndefined();
  first.leave();
  await Promise.resolve();
  await Promise.resolve();
  const fifth = await arrive(kept(first.place!), PLACES);
  expect(fifth.left?.name).toBe(first.place);
});

test('without locks a place is still found', async () => {
  vi.stubGlobal('navigator', {});
  expect((await arrive(kept('one'), PLACES)).place).toBe('two');
});
