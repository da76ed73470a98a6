/** @file A file of the site that does not arrive ends with a message, and a slow one is waited for. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { textOf } from '../../src/app/fetchText';
import { corpusOf } from '../../src/engine/corpora';
import { sources } from '../../src/data/registry';

/** A host that sends `parts` 20 s apart, and then, if `silent`, nothing more. */
const host = (parts: readonly string[], silent: boolean, answers = true) =>
  vi.stubGlobal('fetch', (_: URL, { signal }: RequestInit = {}) => {
    const aborted = new Promise<never>((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error));
    });
    if (!answers) return aborted;
    const left = [...parts];
    const body = new ReadableStream({
      async pull(controller) {
        const part = left.shift();
        if (part !== undefined) {
          await new Promise((resolve) => setTimeout(resolve, 20_000));
          controller.enqueue(new TextEncoder().encode(part));
        } else if (silent) await aborted;
        else controller.close();
      },
    });
    return Promise.resolve(new Response(body));
  });
const outcome = async (work: Promise<unknown>) => {
  const said = work.catch((cause: Error) => cause.message);
  await vi.advanceTimersByTimeAsync(200_000);
  return Promise.race([said, 'pending']);
};

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('document', { baseURI: 'http://here/' });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test.each([
  ['never answers', [], false],
  ['falls silent half way', ['half'], true],
] as const)('a host that %s is given up', async (_, parts, answers) => {
  host(parts, true, answers);
  expect(await outcome(textOf('a.json'))).toBe(
    'a.json could not be loaded (nothing came for 30 s).',
  );
  const source = sources.all.find((one) => one.kind === 'corpus' && one.file);
  if (source?.kind !== 'corpus') throw new Error('there is no prepared text');
  expect(await outcome(corpusOf(source, undefined, 'http://here/'))).toMatch(
    /could not be loaded \(.*: nothing came for 30 s\)/,
  );
});

test('a slow host that keeps sending is waited for', async () => {
  host(['one ', 'two ', 'thr\u00e9e'], false);
  expect(await outcome(textOf('a.txt'))).toBe('one two thr\u00e9e');
});
