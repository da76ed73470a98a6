/**
 * @file Threads that share launches of WebAssembly kernels: how they coordinate. This is the launching thread; hand.ts
 * is every other one.
 *
 * A launch is cut into parts, and every thread, including the one that launches, has a share of them: the same rows in
 * launch after launch, so that it finds what it wrote in its own cache. A thread that is done with its share takes parts
 * of the others'. One that starts late, or is kept from its core, does fewer; if none comes, the launching thread does
 * everything. Parts give the same bits in any thread (src/ops/simd.as.ts).
 *
 * The threads coordinate through a small shared memory (sharedWords.ts). A thread's turn holds the number of the launch
 * and, in its lowest byte, the next part of its share. Before a launch's arguments are replaced, all turns get a number
 * with no parts to take. A thread takes a part by compare-and-exchange on the turn it read, so the exchange fails if the
 * arguments were replaced while the thread read them. Threads without work sleep.
 */
import type { FewerThreads } from '../core/backendFacts';
import { MAX_PAGES, PAGE, MAX_THREADS, kernelsOf } from './instance';
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
  BYTES,
  NONE,
  rest,
  shareFrom,
  turnOf,
} from './sharedWords';
import type { Order } from './hand';

/** Maximum parts of a launch; 255 in place of a part means that there is nothing to do. */
export const MAX_PARTS = 254;
/**
 * How long no part may be finished before the launch is given up: so many waits of a second each. Waits are counted, and
 * not the time, which also passes while the computer sleeps.
 */
const PATIENCE = 20;
/** How long a launch in which the other threads go first waits for them: about twice what waking one up takes. */
const GRACE = 0.5; // ms
/** After so many launches for which none of them came, it waits only once in as many. */
const MISSED = 20;
/**
 * Bytes of closed sessions after which the helpers are replaced: a thread that allocates almost nothing never collects
 * its garbage, and so never frees a memory.
 */
const CLOSED = 256 * 2 ** 20;

/** A thread as created by its host. */
export interface Thread {
  post(order: Order): void;
  stop(): void;
}

/** Starts thread `n`; `onFault` gets a message if it cannot start or if it ends. */
export type Spawn = (n: number, onFault: (words: string) => void) => Thread;

/** Launches for one thread and its helpers. */
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
  #missed = 0; // launches in a row in which the other threads were to go first, and none came
  /** A part was never finished. Its thread may still write results, so no helper is used again. */
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

  /** Resolves when all helpers have begun, or after `ms` if one is slow or never begins. */
  async begun(ms: number): Promise<void> {
    const until = performance.now() + ms;
    while (Atomics.load(this.#control, BEGUN) < this.#threads.size && performance.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /**
   * Runs one launch to completion; `own` does a part in this thread. Throws if a part failed or takes too long. If the
   * others go first, this thread takes parts of their shares only if they do not come: in a test, they compute however
   * small the launch is.
   */
  launch(
    session: number,
    kernel: string,
    numbers: readonly number[],
    parts: number,
    own: (part: number) => void,
    othersFirst = false,
  ): void {
    if (parts > MAX_PARTS) throw new Error(`${parts} parts; a launch has at most ${MAX_PARTS}`);
    const control = this.#control;
    this.#announce(0, false); // so that no thread takes a part of a half-replaced launch
    control[SESSION] = session;
    control[KERNEL] = this.#names.get(kernel)!;
    control[COUNT] = numbers.length;
    this.#numbers.set(numbers);
    Atomics.store(control, DONE, 0);
    Atomics.store(control, FAULT, 0);
    Atomics.store(control, PARTS, parts);
    this.#announce(parts);
    let failure: unknown;
    let waits = othersFirst && (this.#missed < MISSED || this.#missed % MISSED === 0);
    if (othersFirst) this.#missed++;
    for (let n = 0; n < this.size; n++) {
      const end = shareFrom(n + 1, this.size, parts);
      let turn = Atomics.load(control, turnOf(n));
      while ((turn & 255) < end) {
        if (waits && n > 0) {
          waits = this.#othersTake(n, turn);
          if (waits) this.#missed = 0;
        } else if (Atomics.compareExchange(control, turnOf(n), turn, turn + 1) === turn) {
          try {
            if (failure === undefined) own(turn & 255);
          } catch (cause) {
            failure = cause ?? new Error(`a part of ${kernel} failed`); // the remaining parts are taken and skipped
          }
          Atomics.add(control, DONE, 1);
        }
        turn = Atomics.load(control, turnOf(n));
      }
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

  #begin = (thread: number): Order => ({
    type: 'start',
    thread,
    threads: this.size,
    control: this.#control.buffer as SharedArrayBuffer,
    module: this.module,
    mail: this.#mail + 1,
  });

  /** Whether another thread takes the next part of thread n's share within its time. */
  #othersTake(n: number, turn: number): boolean {
    for (const until = performance.now() + GRACE; performance.now() < until;) {
      if (Atomics.load(this.#control, turnOf(n)) !== turn) return true;
    }
    return false;
  }

  #join(parts: number, kernel: string): void {
    const control = this.#control;
    for (let waits = 0; waits < PATIENCE; waits++) {
      const done = Atomics.load(control, DONE);
      if (done >= parts) return;
      if (rest(control, DONE, done, 1000)) waits = -1; // another part is finished
    }
    this.#broken = true;
    this.stop();
    this.tell({ kind: 'threadStuck' });
    throw new Error(`a thread did not finish its part of ${kernel} within ${PATIENCE} s`);
  }

  /** The next launch: every thread's share of `parts`. */
  #announce(parts: number, wake = true): void {
    this.#launches = (this.#launches + 1) & 0x7fffff;
    // The one that threads wait for comes last: one that saw it change finds all the others changed.
    for (let n = this.size - 1; n >= 0; n--) {
      const next = parts === 0 ? NONE : shareFrom(n, this.size, parts);
      Atomics.store(this.#control, turnOf(n), (this.#launches << 8) | next);
    }
    if (wake) Atomics.notify(this.#control, TURN);
  }

  #order(order: (thread: number) => Order): void {
    for (const [n, thread] of this.#threads) {
      try {
        thread.post(order(n));
      } catch {
        // Without this order the thread sleeps for good, and the others do its parts.
      }
    }
    // Counted for all, after posting: a thread that sees the count knows that a message is on its way.
    Atomics.store(this.#control, MAIL, ++this.#mail);
    this.#announce(0);
  }
}

/** Undefined if that much is not available. */
function sharedMemory(bytes: number): WebAssembly.Memory | undefined {
  const pages = Math.ceil(bytes / PAGE);
  if (pages > MAX_PAGES) return undefined;
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  } catch {
    return undefined;
  }
}

const wordsOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
