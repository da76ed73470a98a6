/**
 * @file Threads that share launches of WebAssembly kernels: how they coordinate, and what each of them does.
 *
 * A launch is cut into parts, and the next free thread takes the next part, including the thread that launches. A
 * thread that starts late, or is kept from its core, takes fewer; if none comes, the launching thread does everything.
 * Parts give the same bits in any thread (src/ops/simd.as.ts).
 *
 * The threads coordinate through a small shared memory. TURN holds the number of the launch and, in its lowest byte,
 * the next part. A thread takes a part by compare-and-exchange, incrementing exactly the value it read, so that none
 * takes part in a launch whose arguments it read while they were being replaced: before anything of a launch is
 * replaced, TURN gets a number with no parts to take. Threads without work sleep.
 */

import type { FewerThreads } from '../core/backendFacts';

/** Offsets in the shared memory, in words of 4 bytes. */
const TURN = 0;
const PARTS = 1;
const DONE = 2;
const MAIL = 3;
const FAULT = 4;
const SESSION = 5;
const KERNEL = 6;
const COUNT = 7;
/** The arguments, as numbers of 8 bytes. */
const ARGUMENTS = 64; // bytes
const BYTES = 512;

export const PAGE = 65_536; // bytes, of a WebAssembly memory
/** Maximum parts of a launch: the number above means that there is nothing to do. */
export const MAX_PARTS = 254;
const NONE = 255;
/** Polls of TURN before a thread goes to sleep: some tens of microseconds, about what waking it up takes. */
const LOOKS = 10_000;
/**
 * After this long without work a thread returns to its event loop, where it sleeps as well and a debugger reaches it.
 */
const IDLE = 200; // ms
/** How long a part taken by another thread may run before the run gives up. */
const PATIENCE = 20_000; // ms
/**
 * Bytes of closed sessions after which the helpers are replaced: a thread that allocates almost nothing never collects
 * its garbage, and so never frees a memory.
 */
const CLOSED = 256 * 2 ** 20;

/** A kernel of an instance; its arguments are numbers, with the scratch space last. */
type Compute = (...numbers: number[]) => void;

/** A module over one memory, for one thread. */
export interface Instance {
  readonly kernels: Readonly<Record<string, Compute>>;
  /** Sets which part, of how many, the next calls compute. */
  take(part: number, parts: number): void;
}

/** Room for each thread's TILE, below the memory's first buffer and above the module's own constants. */
export const TILES = 49_152; // bytes
const TILE_BYTES = 512;
export const MAX_THREADS = 16;

export function instantiate(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  thread = 0,
): Instance {
  const tile = new WebAssembly.Global({ value: 'i32' }, TILES + thread * TILE_BYTES);
  const { exports } = new WebAssembly.Instance(module, { env: { memory, tile } });
  const { part, parts, ...kernels } = exports as Record<string, unknown>;
  return {
    kernels: kernels as Record<string, Compute>,
    take(which, of) {
      (part as WebAssembly.Global).value = which;
      (parts as WebAssembly.Global).value = of;
    },
  };
}

/** Names of the kernels of a module, in an order on which all threads agree. */
export const kernelsOf = (module: WebAssembly.Module): readonly string[] =>
  WebAssembly.Module.exports(module)
    .filter(({ kind }) => kind === 'function')
    .map(({ name }) => name);

// ------------------------------------------------------------------------------------------ in each thread

/** A message to a thread; everything else it reads from the shared memory. */
export type Order =
  | {
      readonly type: 'start';
      readonly control: SharedArrayBuffer;
      readonly module: WebAssembly.Module;
      readonly mail: number; // orders sent so far, including this one
    }
  | {
      readonly type: 'open';
      readonly session: number;
      readonly memory: WebAssembly.Memory;
      readonly thread: number; // from 1; 0 is the launching thread
      readonly scratch: number; // URL of the thread's own script
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
  #read = 0;
  #dozing = false;
  readonly #sessions = new Map<number, { readonly instance: Instance; readonly scratch: number }>();

  obey(order: Order): void {
    if (order.type === 'start') {
      this.#control = new Int32Array(order.control);
      this.#numbers = new Float64Array(order.control, ARGUMENTS);
      this.#module = order.module;
      this.#names = kernelsOf(order.module);
      this.#read = order.mail - 1;
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
      const part = turn & 255;
      const parts = Atomics.load(control, PARTS);
      const session = this.#sessions.get(Atomics.load(control, SESSION));
      if (part >= parts || !session) {
        if (!rest(control, TURN, turn, IDLE) && this.#doze(turn)) return;
        continue;
      }
      const numbers = [...this.#numbers!.subarray(0, control[COUNT])];
      const name = this.#names[control[KERNEL]!]!;
      if (Atomics.compareExchange(control, TURN, turn, turn + 1) !== turn) continue;
      try {
        session.instance.take(part, parts);
        session.instance.kernels[name]!(...numbers, session.scratch);
      } catch {
        Atomics.store(control, FAULT, 1);
      }
      if (Atomics.add(control, DONE, 1) + 1 === parts) Atomics.notify(control, DONE);
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

/** Waits until a word is no longer `value`: first polling, then asleep. False if it still is after `ms`. */
function rest(control: Int32Array, word: number, value: number, ms: number): boolean {
  for (let n = 0; n < LOOKS; n++) if (Atomics.load(control, word) !== value) return true;
  return Atomics.wait(control, word, value, ms) !== 'timed-out';
}

// -------------------------------------------------------------------------------------------- in the launching thread

/** A thread as created by its host. */
export interface Thread {
  post(order: Order): void;
  stop(): void;
}

/** Starts thread `n`; `onFault` gets a message if it cannot start or if it ends. */
export type Spawn = (n: number, onFault: (words: string) => void) => Thread;

/** Launches for one thread and its helpers. Everything but `Hand` runs in the launching thread. */
export class Crew {
  readonly #control = new Int32Array(new SharedArrayBuffer(BYTES));
  readonly #numbers = new Float64Array(this.#control.buffer, ARGUMENTS);
  readonly #threads = new Map<number, Thread>();
  readonly #names: ReadonlyMap<string, number>;
  readonly #sessions = new Map<number, (thread: number) => Extract<Order, { type: 'open' }>>();
  #launches = 0;
  #opened = 0;
  #mail = 0;
  #closed = 0; // bytes, since the helpers were started
  /** A part was never finished: the thread that took it may still write, and count. */
  #broken = false;

  /**
   * `size`: threads together with the one that launches, at most MAX_THREADS. `tell` hears of helpers
   * that are lost and of memory that could not be shared; the work goes on without them.
   */
  constructor(
    readonly module: WebAssembly.Module, // over shared memory
    readonly size: number,
    private readonly spawn: Spawn,
    private readonly tell: (fact: FewerThreads) => void = () => {},
  ) {
    if (size < 1 || size > MAX_THREADS) {
      throw new Error(`a crew of ${size} threads was asked for; it can have 1 to ${MAX_THREADS}`);
    }
    this.#names = new Map(kernelsOf(module).map((name, at) => [name, at]));
    for (let n = 1; n < size; n++) this.#start(n);
    this.#order(this.#begin);
  }

  /** Working threads, including the launching one. */
  get working(): number {
    return this.#broken ? 1 : this.#threads.size + 1;
  }

  /**
   * A memory of `bytes`, shared with every thread, and the session's number; scratch space of thread n is at
   * `scratch(n)`. Undefined if the browser cannot share that much.
   */
  open(
    bytes: number,
    scratch: (thread: number) => number,
  ): { readonly session: number; readonly memory: WebAssembly.Memory } | undefined {
    const memory = sharedMemory(bytes);
    if (!memory) {
      this.tell({ kind: 'noSharedMemory', bytes });
      return undefined;
    }
    const session = ++this.#opened;
    const order = (thread: number) =>
      ({ type: 'open', session, memory, thread, scratch: scratch(thread) }) as const;
    this.#sessions.set(session, order);
    this.#order(order);
    return { session, memory };
  }

  close(session: number): void {
    const order = this.#sessions.get(session);
    if (!order) return;
    this.#sessions.delete(session);
    this.#closed += order(0).memory.buffer.byteLength;
    if (this.#closed < CLOSED || this.#broken) this.#order(() => ({ type: 'close', session }));
    else this.#replace();
  }

  /** Runs one launch to completion; `own` does a part in this thread. Throws if a part failed or takes too long. */
  launch(
    session: number,
    kernel: string,
    numbers: readonly number[],
    parts: number,
    own: (part: number) => void,
  ): void {
    if (parts > MAX_PARTS) throw new Error(`${parts} parts; a launch has at most ${MAX_PARTS}`);
    const control = this.#control;
    this.#announce(NONE, false); // so that no thread takes a part of a half-replaced launch
    control[SESSION] = session;
    control[KERNEL] = this.#names.get(kernel)!;
    control[COUNT] = numbers.length;
    this.#numbers.set(numbers);
    Atomics.store(control, DONE, 0);
    Atomics.store(control, FAULT, 0);
    Atomics.store(control, PARTS, parts);
    this.#announce(0);
    let failure: unknown;
    let turn = Atomics.load(control, TURN);
    while ((turn & 255) < parts) {
      if (Atomics.compareExchange(control, TURN, turn, turn + 1) === turn) {
        try {
          if (failure === undefined) own(turn & 255);
        } catch (cause) {
          failure = cause ?? new Error(`a part of ${kernel} failed`); // the remaining parts are taken and skipped
        }
        Atomics.add(control, DONE, 1);
      }
      turn = Atomics.load(control, TURN);
    }
    this.#join(parts, kernel);
    if (failure !== undefined) throw failure;
    if (Atomics.load(control, FAULT) !== 0) {
      throw new Error(`a part of ${kernel} failed in another thread`);
    }
  }

  stop(): void {
    const threads = [...this.#threads.values()];
    this.#threads.clear();
    for (const thread of threads) thread.stop();
  }

  #start(n: number): void {
    let thread: Thread | undefined;
    const lost = (message: string) => {
      if (thread && this.#threads.get(n) !== thread) return; // replaced, or already reported
      thread?.stop();
      this.#threads.delete(n);
      const { size, working } = this;
      this.tell({ kind: 'threadsLost', lost: size - working, of: size, message });
    };
    try {
      thread = this.spawn(n, lost);
      this.#threads.set(n, thread);
    } catch (cause) {
      lost(wordsOf(cause));
    }
  }

  /** Replaces the helpers, and gives them the open sessions: the old ones would hold on to closed ones. */
  #replace(): void {
    this.stop();
    this.#closed = 0;
    for (let n = 1; n < this.size; n++) this.#start(n);
    this.#order(this.#begin);
    for (const order of this.#sessions.values()) this.#order(order);
  }

  #begin = (): Order => ({
    type: 'start',
    control: this.#control.buffer as SharedArrayBuffer,
    module: this.module,
    mail: this.#mail + 1,
  });

  #join(parts: number, kernel: string): void {
    const control = this.#control;
    const began = performance.now();
    for (;;) {
      const done = Atomics.load(control, DONE);
      if (done >= parts) return;
      if (performance.now() - began > PATIENCE) {
        this.#broken = true;
        this.tell({ kind: 'threadStuck' });
        throw new Error(
          `a thread has not finished its part of ${kernel} after ${PATIENCE / 1000} s`,
        );
      }
      rest(control, DONE, done, 1000);
    }
  }

  /** The next launch, starting with part `next`. */
  #announce(next: number, wake = true): void {
    this.#launches = (this.#launches + 1) & 0x7fffff;
    Atomics.store(this.#control, TURN, (this.#launches << 8) | next);
    if (wake) Atomics.notify(this.#control, TURN);
  }

  #order(order: (thread: number) => Order): void {
    for (const [n, thread] of this.#threads) {
      try {
        thread.post(order(n));
      } catch {
        // It would wait for an order that never comes: it sleeps, and the others do its parts.
      }
    }
    // Counted for all, after posting: a thread that sees the count knows that a message is on its way.
    Atomics.store(this.#control, MAIL, ++this.#mail);
    this.#announce(NONE);
  }
}

/** Undefined if that much is not available. */
function sharedMemory(bytes: number): WebAssembly.Memory | undefined {
  const pages = Math.ceil(bytes / PAGE);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  } catch {
    return undefined;
  }
}

const wordsOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
