/** @file A thread that helps a crew (crew.ts): the messages it receives, and how it takes parts. */
import { type Instance, instantiate, kernelsOf } from './instance';
import {
  BEGUN,
  TURN,
  PARTS,
  DONE,
  MAIL,
  FAULT,
  SESSION,
  KERNEL,
  COUNT,
  ARGUMENTS,
  rest,
  shareFrom,
  turnOf,
} from './sharedWords';

/**
 * After this long without work a thread returns to its event loop, where it sleeps as well and a debugger reaches it.
 */
const IDLE = 200; // ms

/** A message to a thread; everything else it reads from the shared memory. */
export type Order =
  | {
      readonly type: 'start';
      readonly control: SharedArrayBuffer;
      readonly module: WebAssembly.Module;
      readonly mail: number; // orders sent so far, including this one
      readonly thread: number; // from 1; 0 is the launching thread
      readonly threads: number;
    }
  | {
      readonly type: 'open';
      readonly session: number;
      readonly memory: WebAssembly.Memory;
      readonly thread: number;
      readonly scratch: number; // where the thread's scratch space begins, in bytes
    }
  | { readonly type: 'close'; readonly session: number };

/**
 * One thread: call it with every order as it arrives. It returns when another order is waiting, and sleeps inside until
 * then.
 */
export class Hand {
  #control: Int32Array | undefined;
  #numbers: Float64Array | undefined;
  #module: WebAssembly.Module | undefined;
  #names: readonly string[] = [];
  #thread = 1;
  #threads = 2;
  #read = 0;
  /** The launch whose part this thread did last; −1 if it has found nothing to do since. */
  #launch = -1;
  #dozing = false;
  readonly #sessions = new Map<number, { readonly instance: Instance; readonly scratch: number }>();

  obey(order: Order): void {
    if (order.type === 'start') {
      this.#control = new Int32Array(order.control);
      this.#numbers = new Float64Array(order.control, ARGUMENTS);
      this.#module = order.module;
      this.#names = kernelsOf(order.module);
      this.#thread = order.thread;
      this.#threads = order.threads;
      this.#read = order.mail - 1;
      Atomics.add(this.#control, BEGUN, 1);
    } else if (order.type === 'open') {
      const { session, memory, thread, scratch } = order;
      this.#sessions.set(session, {
        instance: instantiate(this.#module!, memory, thread),
        scratch,
      });
    } else {
      this.#sessions.delete(order.session);
    }
    this.#read++;
    this.#work();
  }

  /** Takes parts until a message arrives, or there has been nothing to do for a while. */
  #work(): void {
    const control = this.#control!;
    while (Atomics.load(control, MAIL) === this.#read) {
      const turn = Atomics.load(control, TURN);
      let took = false;
      for (let n = 0; n < this.#threads && !took; n++) {
        took = this.#take((this.#thread + n) % this.#threads);
      }
      if (took) continue;
      this.#launch = -1;
      if (!rest(control, TURN, turn, IDLE) && this.#doze(turn)) return;
    }
  }

  /** Does a part of thread n's share; false if none is left. */
  #take(n: number): boolean {
    const control = this.#control!;
    for (;;) {
      const turn = Atomics.load(control, turnOf(n));
      // After the turn: a thread that is being replaced must not take a part of a later launch, and end within it.
      if (Atomics.load(control, MAIL) !== this.#read) return false;
      const part = turn & 255;
      const parts = Atomics.load(control, PARTS);
      const session = this.#sessions.get(Atomics.load(control, SESSION));
      if (part >= shareFrom(n + 1, this.#threads, parts) || !session) return false;
      const numbers = [...this.#numbers!.subarray(0, control[COUNT])];
      const name = this.#names[control[KERNEL]!]!;
      if (Atomics.compareExchange(control, turnOf(n), turn, turn + 1) !== turn) continue;
      try {
        const launch = turn >>> 8;
        session.instance.take(part, parts, launch !== this.#launch);
        this.#launch = launch;
        session.instance.kernels[name]!(...numbers, session.scratch);
      } catch {
        Atomics.store(control, FAULT, 1);
      }
      if (Atomics.add(control, DONE, 1) + 1 === parts) Atomics.notify(control, DONE);
      return true;
    }
  }

  /** Frees the event loop until the next launch; false if the browser cannot wait asynchronously. */
  #doze(turn: number): boolean {
    if (!waitAsync) return false;
    if (this.#dozing) return true;
    const { async, value } = waitAsync(this.#control!, TURN, turn);
    if (!async) return false;
    this.#dozing = true;
    void value.then(() => {
      this.#dozing = false;
      this.#work();
    });
    return true;
  }
}

/** Newer than other parts of Atomics, and than its types here. */
const { waitAsync } = Atomics as {
  readonly waitAsync?: (
    words: Int32Array,
    at: number,
    value: number,
  ) =>
    | { readonly async: true; readonly value: Promise<string> }
    | { readonly async: false; readonly value: string };
};
