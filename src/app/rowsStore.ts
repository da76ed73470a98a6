/**
 * @file Stores in this browser the rows of masks that URLs only name. Storage may be forbidden or full; then the oldest
 * are deleted, and the caller learns if even that is not enough.
 */
import { namesInAddress, rowsNamed } from '../attention/rowNames';
import { lookForRows } from '../attention/rowTexts';
import { ifReadable, list, readableJson, text } from '../core/schema';

const KEY = 'zebra-lab-rows';
const keyOf = (name: string) => `${KEY} ${name}`;

/** Names in the order they were kept. */
function names(): readonly string[] {
  const kept = readableJson(list(ifReadable(text())), localStorage.getItem(KEY) ?? '[]');
  return (kept ?? []).filter((one) => one !== undefined);
}

/** Makes rows named in a URL available from this browser's storage. */
export const findKeptRows = (): void =>
  lookForRows((name) => {
    try {
      return localStorage.getItem(keyOf(name)) ?? undefined;
    } catch {
      return undefined;
    }
  });

/** Stores the rows that a URL names. False if this browser has no room for them. */
export function keepRowsOf(address: string): boolean {
  return namesInAddress(address)
    .map((name) => {
      const content = rowsNamed(name);
      return content !== undefined && keep(name, content);
    })
    .every(Boolean);
}

function keep(name: string, content: string): boolean {
  try {
    if (localStorage.getItem(keyOf(name)) === content) return true;
    let others = names().filter((one) => one !== name);
    for (;;) {
      try {
        localStorage.setItem(keyOf(name), content);
        localStorage.setItem(KEY, JSON.stringify([...others, name]));
        return true;
      } catch {
        const [oldest, ...rest] = others;
        if (oldest === undefined) return false;
        localStorage.removeItem(keyOf(oldest));
        others = rest;
      }
    }
  } catch {
    return false;
  }
}
