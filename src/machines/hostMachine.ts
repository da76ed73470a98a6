/**
 * @file The machine without a GPU: one piece of memory, with kernels in WebAssembly if available, else as plain loops.
 *
 * Every session has its own memory, and with it an instance of the module; both are freed when it is disposed of. With
 * a crew the memory is shared, and launches with enough work are cut into parts for several threads.
 */
import { arrange, scratchBytes, sizesOf } from '../program/arrange';
import { elementOf, type BufferSpec } from '../program/kernel';
import {
  aligned,
  BYTES,
  isFixed,
  uniformsOf,
  type Bundle,
  type Launch,
  type Part,
} from '../program/program';
import { MAX_PARTS, type Crew } from './crew';
import { instantiate, MAX_PAGES, PAGE, type Instance } from './instance';
import type { Machine, Session } from './machine';

type Values = Readonly<Record<string, number>>;

/** The module's own constants lie below: tables, literals. */
const BASE = 65536; // bytes
/** WebAssembly's memory ends here. */
const MOST = MAX_PAGES * PAGE; // bytes

/**
 * Minimum work of a part for which another thread is woken: in multiplications, with other work counted as those that
 * take as long; some ten microseconds.
 */
const WORTH = 150_000;
/** Parts per thread: a thread that is late or kept from its core leaves some to the others. */
const PARTS_EACH = 4;

/** How many parts a launch is cut into for `threads` threads; 0 or 1 if one thread does it all. */
export function partsOf(launch: Launch, threads: number, worth = WORTH): number {
  const most = threads > 1 ? Math.min(PARTS_EACH * threads, MAX_PARTS) : 1;
  const work = workOf(launch);
  if (worth === 0) return work > 0 ? most : 1;
  const parts = Math.min(most, Math.floor(work / worth));
  return parts > threads ? parts - (parts % threads) : parts; // equal shares
}

/** Minimum multiplications of a launch; 0 if its kernel is never shared. */
export const workOf = (launch: Launch): number =>
  launch.kernel.work?.(sizesOf(launch), launch.constants, launch.threads) ?? 0;

/** `module`: the compiled src/ops/simd.as.ts; without it loops do all work. */
export function hostMachine(
  module?: WebAssembly.Module,
  crew?: Crew,
  /** Minimum work of a part; 0 in tests: every launch is shared, and the other threads go first. */
  worth = WORTH,
): Machine {
  return {
    kernel: module ? 'simd' : 'host',
    ...(module && crew && { threads: crew.size }),
    open: async (bundle) => HostSession.open(bundle, module, crew, worth),
  };
}

/** Computes the launches of a session that have WebAssembly kernels. */
interface Computing {
  readonly instance: Instance;
  readonly scratch: number; // address
  readonly crew?: Crew;
  readonly session: number; // the crew's number for it
  readonly worth: number;
}

class HostSession implements Session {
  readonly bytes: number;
  #memory: ArrayBufferLike;
  readonly #computing: Computing | undefined;
  readonly #addresses: ReadonlyMap<string, number>; // bytes, by 'program buffer', or by the name of a kept one
  readonly #steps: Readonly<Record<string, readonly ((values: Values) => void)[]>>;

  static async open(
    bundle: Bundle,
    module: WebAssembly.Module | undefined,
    crew: Crew | undefined,
    worth: number,
  ): Promise<HostSession> {
    const { addresses, end } = layOut(bundle);
    const scratch = module ? BYTES * aligned(Math.ceil(scratchBytes(bundle) / BYTES)) : 0;
    const least = end + scratch;
    if (least > MOST) {
      throw new Error(`this model needs ${least} bytes of memory; WebAssembly has ${MOST}`);
    }
    if (!module) return new HostSession(bundle, addresses, new ArrayBuffer(least), undefined);
    const total = end + scratch * (crew?.size ?? 1);
    const shared = crew?.open(total, (thread) => end + thread * scratch);
    if (crew && shared) {
      const { session, memory } = shared;
      const instance = instantiate(crew.module, memory);
      const computing = { instance, scratch: end, crew, session, worth };
      return new HostSession(bundle, addresses, memory.buffer, computing);
    }
    const memory = ownMemory(least);
    const computing = { instance: instantiate(module, memory), scratch: end, session: 0, worth };
    return new HostSession(bundle, addresses, memory.buffer, computing);
  }

  private constructor(
    bundle: Bundle,
    addresses: ReadonlyMap<string, number>,
    memory: ArrayBufferLike,
    computing: Computing | undefined,
  ) {
    this.bytes = memory.byteLength - BASE;
    this.#memory = memory;
    this.#computing = computing;
    this.#addresses = addresses;
    for (const [name, { content }] of Object.entries(bundle.kept)) {
      if (content) this.write(name, content());
    }
    this.#steps = Object.fromEntries(
      Object.entries(bundle.programs).map(([name, { launches }]) => [
        name,
        launches.map((launch) => this.#prepare(name, launch)),
      ]),
    );
  }

  write(buffer: string, values: Float32Array | Int32Array): void {
    const at = this.#addresses.get(buffer)!;
    this.#view(values instanceof Int32Array, at, values.length).set(values);
  }

  run(program: string, values: Values = {}, only?: number): void {
    const steps = this.#steps[program]!;
    if (only !== undefined) steps[only]!(values);
    else for (const step of steps) step(values);
  }

  read(part: Part, program?: string): Promise<Float32Array> {
    return Promise.resolve(
      new Float32Array(this.#memory, this.#address(part, program), part.length).slice(),
    );
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }

  dispose(): void {
    this.#memory = new ArrayBuffer(0);
    this.#computing?.crew?.close(this.#computing.session);
  }

  #view(whole: boolean, at: number, length: number): Float32Array | Int32Array {
    return whole
      ? new Int32Array(this.#memory, at, length)
      : new Float32Array(this.#memory, at, length);
  }

  #address({ buffer, at }: Part, program: string | undefined): number {
    const start = this.#addresses.get(buffer) ?? this.#addresses.get(`${program} ${buffer}`);
    if (start === undefined) throw new Error(`there is no buffer '${buffer}'`);
    return start + BYTES * at;
  }

  #prepare(program: string, launch: Launch): (values: Values) => void {
    const { kernel, threads, buffers, constants } = launch;
    const names = Object.keys(kernel.buffers);
    const addresses = names.map((name) => this.#address(buffers[name]!, program));
    const vector = this.#computing?.instance.kernels[kernel.name];
    if (vector) {
      const given = (values: Values) => [
        threads,
        ...addresses,
        ...Object.values(inOrder(kernel.uniforms, uniformsOf(launch, values))),
        ...Object.values(constants),
      ];
      const count = 2 + names.length + Object.keys({ ...kernel.uniforms, ...constants }).length;
      if (vector.length !== count) {
        throw new Error(
          `${kernel.name} takes ${vector.length} numbers in WebAssembly, not ${count}`,
        );
      }
      const compute = this.#shared(launch) ?? this.#alone(kernel.name);
      if (!isFixed(launch)) return (values) => compute(given(values));
      const fixed = given({});
      return () => compute(fixed);
    }
    const views = Object.fromEntries(
      names.map((name, i) => {
        const whole = elementOf(kernel.buffers[name] as BufferSpec) === 'i32';
        return [name, this.#view(whole, addresses[i]!, buffers[name]!.length)];
      }),
    ) as Record<string, Float32Array>;
    return (values) => kernel.host(views, uniformsOf(launch, values), constants);
  }

  #alone(kernel: string): (numbers: readonly number[]) => void {
    const { instance, scratch } = this.#computing!;
    const compute = instance.kernels[kernel]!;
    return (numbers) => compute(...numbers, scratch);
  }

  /** In parts for the crew, if the launch is large enough. */
  #shared(launch: Launch): ((numbers: readonly number[]) => void) | undefined {
    const { instance, scratch, crew, session, worth } = this.#computing!;
    const parts = partsOf(launch, crew?.size ?? 1, worth);
    if (!crew || parts < 2) return undefined;
    const { name } = launch.kernel;
    const alone = this.#alone(name);
    const compute = instance.kernels[name]!;
    return (numbers) => {
      if (crew.working < 2) return alone(numbers);
      let fresh = true;
      try {
        const own = (part: number) => {
          instance.take(part, parts, fresh);
          fresh = false;
          compute(...numbers, scratch);
        };
        crew.launch(session, name, numbers, parts, own, worth === 0);
      } finally {
        instance.take(0, 1);
      }
    };
  }
}

function ownMemory(bytes: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) });
  } catch {
    const mebibytes = Math.ceil(bytes / 2 ** 20);
    throw new Error(
      `The browser refused ${mebibytes} MiB of memory for this model; lower the batch, the context or the width`,
    );
  }
}

/** The uniforms in the order in which the kernel names them. */
const inOrder = (types: Readonly<Record<string, unknown>>, values: Values) =>
  Object.keys(types).map((name) => values[name]!);

/** Where every buffer begins, in bytes, and where the last one ends. */
function layOut(bundle: Bundle): {
  readonly addresses: ReadonlyMap<string, number>;
  readonly end: number;
} {
  const addresses = new Map<string, number>();
  let end = BASE;
  const take = (length: number) => {
    const at = end;
    end += BYTES * aligned(length);
    return at;
  };
  for (const [name, { length }] of Object.entries(bundle.kept)) addresses.set(name, take(length));
  const { slots, slotOf } = arrange(bundle.programs);
  const starts = slots.map(take);
  for (const [program, taken] of Object.entries(slotOf)) {
    for (const [buffer, slot] of taken) addresses.set(`${program} ${buffer}`, starts[slot]!);
  }
  return { addresses, end };
}
