/** @file Counts what a page hands to the GPU. A frame has classes of its own and counts for itself. */

export interface Calls {
  dispatches: number;
  submits: number;
}

const calls: Calls = { dispatches: 0, submits: 0 };

export const callsSoFar = (): Calls => ({ ...calls });

function count<K extends string>(
  prototype: Record<K, (...a: never[]) => unknown> | undefined,
  name: K,
  what: keyof Calls,
): void {
  if (!prototype) return;
  const original = prototype[name];
  prototype[name] = function (this: unknown, ...given: never[]) {
    calls[what]++;
    return original.apply(this, given);
  } as (typeof prototype)[K];
}
count(globalThis.GPUComputePassEncoder?.prototype as never, 'dispatchWorkgroups', 'dispatches');
count(globalThis.GPUQueue?.prototype as never, 'submit', 'submits');
