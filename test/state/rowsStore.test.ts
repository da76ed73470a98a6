/** @file Rows that URLs only name, in a browser's store that has little room, or none. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { writeRows } from '../../src/attention/writeRows';
import { read } from '../../src/attention/parse';
import { fromRule } from '../../src/attention/mask';
import { findKeptRows, keepRowsOf } from '../../src/app/rowsStore';
import { byName, namesInAddress } from '../../src/attention/rowNames';
import { lookForRows } from '../../src/attention/rowTexts';
import { random as randomOf } from '../../src/core/random';

/** A store with room for `room` characters. */
function storeOf(room: number): Storage & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    removeItem: (key: string) => void kept.delete(key),
    setItem(key: string, value: string) {
      const held = [...kept].reduce((sum, [k, v]) => sum + (k === key ? 0 : v.length), 0);
      if (held + value.length > room) throw new DOMException('full', 'QuotaExceededError');
      kept.set(key, value);
    },
  } as unknown as Storage & { kept: Map<string, string> };
}

const contentOf = (seed: number) => {
  const random = randomOf(seed);
  return writeRows(fromRule(64, 64, () => random.next() < 0.5));
};
const addressOf = (content: string) => `masks=${byName(`rows(${content})`).replace('#', '%23')}`;

afterEach(() => {
  vi.unstubAllGlobals();
  lookForRows(() => undefined);
});

describe('rows that a URL names', () => {
  test('are kept, and found again after this page has forgotten them', () => {
    const store = storeOf(100_000);
    vi.stubGlobal('localStorage', store);
    findKeptRows();
    const contents = Array.from({ length: 80 }, (_, i) => contentOf(i + 1));
    for (const content of contents) expect(keepRowsOf(addressOf(content))).toBe(true);
    // The page itself remembers 64.
    const [name] = namesInAddress(addressOf(contents[0]!));
    for (const content of contents) read(`rows(${content})`);
    expect(read(`rows(${name!})`)).toEqual({ kind: 'rows', content: contents[0] });
    lookForRows(() => undefined);
    for (const content of contents.slice(1)) read(`rows(${content})`);
    expect(() => read(`rows(${name!})`)).toThrow('not kept in this browser');
  });

  test('make room by dropping the oldest', () => {
    const [first, second, third] = [contentOf(201), contentOf(202), contentOf(203)];
    const store = storeOf(2.4 * first.length);
    vi.stubGlobal('localStorage', store);
    for (const content of [first, second, third]) expect(keepRowsOf(addressOf(content))).toBe(true);
    const kept = [...store.kept.values()];
    expect(kept).not.toContain(first);
    expect(kept).toContain(second);
    expect(kept).toContain(third);
  });

  test('are reported as not kept if there is no room, or no store', () => {
    vi.stubGlobal('localStorage', storeOf(100));
    expect(keepRowsOf(addressOf(contentOf(301)))).toBe(false);
    vi.stubGlobal('localStorage', undefined);
    expect(keepRowsOf(addressOf(contentOf(302)))).toBe(false);
    expect(keepRowsOf('v=1&masks=causal')).toBe(true); // nothing to keep
  });
});
