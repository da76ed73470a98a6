import type { CDPSession } from 'playwright';

export interface Task {
  readonly ts: number; // µs, as in the trace
  readonly at: number; // ms
  readonly wall: number; // ms
  readonly cpu: number; // ms of processor time
}
interface Trace {
  readonly events: readonly { readonly name: string; readonly ts: number; readonly pid: number }[];
  readonly ours: { readonly pid: number };
}
export function traced(
  client: CDPSession,
  act: () => Promise<void>,
  options?: { profile?: boolean },
): Promise<Trace>;
export function tasksOf(trace: Trace): Task[];
