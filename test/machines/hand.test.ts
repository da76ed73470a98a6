/** @file One helper by itself, in the test's own thread. */
import { expect, test, vi } from 'vitest';
import { Hand } from '../../src/machines/hand';
import { instantiate } from '../../src/machines/instance';
import {
  BYTES,
  DONE,
  MAIL,
  PARTS,
  SESSION,
  shareFrom,
  TURN,
  turnOf,
} from '../../src/machines/sharedWords';
import { modules } from '../support/simd';

vi.mock('../../src/machines/instance', { spy: true });

test('a helper that is replaced takes no part of a later launch, even if it was just about to look for one', () => {
  const buffer = new SharedArrayBuffer(BYTES);
  const control = new Int32Array(buffer);
  const hand = new Hand();
  const take = vi.fn();
  vi.mocked(instantiate).mockReturnValue({ kernels: {}, take });
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const module = modules().ofThreads;
  control[MAIL] = 2; // after the first order it returns for the second
  hand.obey({ type: 'start', control: buffer, module, mail: 1, thread: 1, threads: 2 });
  const { load } = Atomics;
  let looks = 0;
  vi.spyOn(Atomics, 'load').mockImplementation((words, at) => {
    const found = load(words as unknown as Int32Array, at);
    // Right after its first look at the mail, the crew replaces it and launches.
    if (at === MAIL && looks++ === 0) {
      control[SESSION] = 1;
      control[PARTS] = 4;
      control[MAIL] = 3;
      for (const n of [1, 0]) Atomics.store(control, turnOf(n), (7 << 8) | shareFrom(n, 2, 4));
    }
    return found as never;
  });
  hand.obey({ type: 'open', session: 1, memory, thread: 1, scratch: 0 });
  vi.restoreAllMocks();
  expect(looks).toBeGreaterThan(0);
  expect(take).not.toHaveBeenCalled();
  expect(control[DONE]).toBe(0);
  expect(control[TURN]! & 255).toBe(0);
});
