/** @file Which version of the site a page gets, and which caches stay. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  begun,
  completed,
  completeOnes,
  needed,
  noted,
  NOTHING,
  opened,
  pruned,
  replaced,
  statusOf,
  stopped,
  versionFor,
  type Kept,
} from '../../../src/workers/offline/kept';

const GROUPS = ['site', 'texts'];
const with1 = completed(begun(NOTHING, '1'), '1', GROUPS);
const with2 = (kept: Kept) => completed(begun(kept, '2'), '2', GROUPS);

test('the first complete version serves at once; one that is being filled never does', () => {
  expect(opened(begun(NOTHING, '1'), 'a', ['a'], 0).clients).toEqual({});
  expect(versionFor(opened(with1, 'a', ['a'], 0), 'a')?.version).toBe('1');
});

test('a newer one waits while a page has the current one', () => {
  const open = with2(opened(with1, 'a', ['a'], 0));
  const second = opened(open, 'b', ['a'], 1);
  expect(versionFor(second, 'b')?.version).toBe('1');
  expect(second.ready?.version).toBe('2');
});

test('and serves without a question when no page has the current one', () => {
  const closed = with2(pruned(opened(with1, 'a', [], 0), [], 100_000));
  const next = opened(closed, 'b', [], 100_001);
  expect(versionFor(next, 'b')?.version).toBe('2');
  expect(needed(next)).toEqual(['2']);
});

test('after the user accepts it, other tabs keep theirs until they are closed', () => {
  const open = with2(noted(noted(with1, 'a', '1', 0, true), 'b', '1', 0, true));
  const accepted = opened(replaced(open), 'c', ['a'], 1);
  expect(versionFor(accepted, 'a')?.version).toBe('1');
  expect(versionFor(accepted, 'c')?.version).toBe('2');
  expect(needed(accepted).toSorted()).toEqual(['1', '2']);
  expect(needed(pruned(accepted, ['c'], 2))).toEqual(['2']);
});

test('a page that is still being loaded counts for a minute, a closed one not at all', () => {
  const kept = replaced(with2(noted(with1, 'a', '1', 0)));
  expect(needed(pruned(kept, [], 59_000))).toEqual(['2', '1']);
  expect(needed(pruned(kept, [], 61_000))).toEqual(['2']);
  expect(needed(pruned(pruned(kept, ['a'], 1), [], 2))).toEqual(['2']);
});

test('if the host goes back to the current version, nothing waits; more groups are added to it', () => {
  const back = completed(with2(with1), '1', ['de/site']);
  expect(statusOf(back)).toEqual({
    current: { version: '1', groups: ['de/site', 'site', 'texts'] },
  });
});

test('a download that was stopped is remembered until it is begun again', () => {
  const gave = stopped(begun(NOTHING, '1'), '1', 'room');
  expect(statusOf(gave).stopped).toEqual({ version: '1', because: 'room' });
  expect(statusOf(begun(gave, '1')).stopped).toBeUndefined();
  expect(statusOf(completed(gave, '1', GROUPS)).stopped).toBeUndefined();
});

test('whatever happens, an open page keeps its version, and its cache stays', () => {
  const id = fc.constantFrom('a', 'b', 'c');
  const version = fc.constantFrom('1', '2', '3');
  const event = fc.oneof(
    fc.tuple(fc.constant('open' as const), id),
    fc.tuple(fc.constant('close' as const), id),
    fc.tuple(fc.constant('begin' as const), version),
    fc.tuple(fc.constant('complete' as const), version),
    fc.tuple(fc.constant('accept' as const), id),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), (events) => {
      let kept = NOTHING;
      const has = new Map<string, string>();
      let now = 0;
      for (const [kind, what] of events) {
        now++;
        if (kind === 'open' && !has.has(what)) {
          kept = opened(kept, what, [...has.keys()], now);
          const got = versionFor(kept, what)?.version;
          if (got !== undefined) {
            has.set(what, got);
            kept = noted(kept, what, got, now, true);
          }
        } else if (kind === 'close') {
          has.delete(what);
          kept = pruned(kept, [...has.keys()], now);
        } else if (kind === 'begin') kept = begun(kept, what);
        else if (kind === 'complete') kept = completed(kept, what, GROUPS);
        else if (kind === 'accept') kept = replaced(kept);
        for (const [page, had] of has) {
          expect(versionFor(kept, page)?.version).toBe(had);
          expect(needed(kept)).toContain(had);
        }
        const complete = completeOnes(kept).map((one) => one.version);
        expect(new Set(complete).size).toBe(complete.length);
      }
    }),
  );
});
