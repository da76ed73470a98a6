/** @file How many threads WebAssembly gets, and why there is only one. */
import { afterEach, expect, test, vi } from 'vitest';
import { threadsHere } from '../../src/engine/threads';

afterEach(() => {
  vi.unstubAllGlobals();
});

const here = (isolated: boolean | undefined, cores: number | undefined) => {
  vi.stubGlobal('crossOriginIsolated', isolated);
  vi.stubGlobal('navigator', { hardwareConcurrency: cores });
  return threadsHere(() => {});
};

test.each([
  ['a page that is not isolated', false, 8, 'notIsolated'],
  ['a browser that does not know isolation', undefined, 8, 'notIsolated'],
  ['one core', true, 1, 'oneCore'],
  ['a browser that hides its cores', true, undefined, 'coresUnknown'],
] as const)('%s gets one thread, with the reason', (_, isolated, cores, because) => {
  expect(here(isolated, cores)).toEqual({ kind: 'oneThread', because });
});

test('so does an isolated page without shared memory', () => {
  vi.stubGlobal('SharedArrayBuffer', undefined);
  expect(here(true, 8)).toEqual({ kind: 'oneThread', because: 'noSharedMemory' });
});

test('two cores get a crew', () => {
  expect(here(true, 2)).toMatchObject({ crew: expect.any(Function) as unknown });
});
