/**
 * @file The machine without a GPU: one piece of memory, kernels as WebAssembly where there is one, as plain loops else.
 *
 * Every session has a memory of its own, and with it an instance of the module; both go when it is let go.
 */
import { arrange, scratchBytes } from '../program/arrange';
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
import type { Machine, Session } from './machine';

type Values = Readonly<Record<string, number>>;
type Functions = Readonly<Record<string, (...numbers: number[]) => void>>;

/** The module's own constants lie below: tables, literals. */
const BASE = 65536; // bytes
const PAGE = 65536; // bytes
/** WebAssembly's memory ends here. */
const MOST = 4 * 2 ** 30 - PAGE; // bytes

/** `module`: the compiled src/ops/simd.as.ts; without it loops do all work. */
export function hostMachine(module?: WebAssembly.Module): Machine {
  return {
    kernel: module ? 'simd' : 'host',
    open: async (bundle) => HostSession.open(bundle, module),
  };
}

class HostSession implements Session {
  readonly bytes: number;
  #memory: ArrayBuffer;
  readonly #addresses: ReadonlyMap<string, number>; // bytes, by 'program buffer', or by the name of a kept one
  readonly #steps: Readonly<Record<string, readonly ((values: Values) => void)[]>>;

  static async open(bundle: Bundle, module: WebAssembly.Module | undefined): Promise<HostSession> {
    const { addresses, end } = layOut(bundle);
    const scratch = module ? scratchBytes(bundle) : 0;
    const total = end + scratch;
    if (total > MOST) {
      throw new Error(`this model needs ${total} bytes of memory; WebAssembly has ${MOST}`);
    }
    if (!module) return new HostSession(bundle, addresses, new ArrayBuffer(total), end, {});
    const memory = new WebAssembly.Memory({ initial: Math.ceil(total / PAGE) });
    const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
    return new HostSession(bundle, addresses, memory.buffer, end, exports as unknown as Functions);
  }

  private constructor(
    bundle: Bundle,
    addresses: ReadonlyMap<string, number>,
    memory: ArrayBuffer,
    scratch: number,
    functions: Functions,
  ) {
    this.bytes = memory.byteLength - BASE;
    this.#memory = memory;
    this.#addresses = addresses;
    for (const [name, { content }] of Object.entries(bundle.kept)) {
      if (content) this.write(name, content());
    }
    this.#steps = Object.fromEntries(
      Object.entries(bundle.programs).map(([name, { launches }]) => [
        name,
        launches.map((launch) => this.#prepare(name, launch, scratch, functions)),
      ]),
    );
  }

  write(buffer: string, values: Float32Array | Int32Array): void {
    const Type = values instanceof Int32Array ? Int32Array : Float32Array;
    new Type(this.#memory, this.#addresses.get(buffer)!, values.length).set(values);
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
  }

  #address({ buffer, at }: Part, program: string | undefined): number {
    const start = this.#addresses.get(buffer) ?? this.#addresses.get(`${program} ${buffer}`);
    if (start === undefined) throw new Error(`there is no buffer '${buffer}'`);
    return start + BYTES * at;
  }

  #prepare(
    program: string,
    launch: Launch,
    scratch: number,
    functions: Functions,
  ): (values: Values) => void {
    const { kernel, threads, buffers, constants } = launch;
    const names = Object.keys(kernel.buffers);
    const addresses = names.map((name) => this.#address(buffers[name]!, program));
    const vector = functions[kernel.name];
    if (vector) {
      const given = (values: Values) => [
        threads,
        ...addresses,
        ...Object.values(inOrder(kernel.uniforms, uniformsOf(launch, values))),
        ...Object.values(constants),
        scratch,
      ];
      const count = 2 + names.length + Object.keys({ ...kernel.uniforms, ...constants }).length;
      if (vector.length !== count) {
        throw new Error(
          `${kernel.name} takes ${vector.length} numbers in WebAssembly, not ${count}`,
        );
      }
      if (!isFixed(launch)) return (values) => vector(...given(values));
      const fixed = given({});
      return () => vector(...fixed);
    }
    const views = Object.fromEntries(
      names.map((name, i) => {
        const Type =
          elementOf(kernel.buffers[name] as BufferSpec) === 'i32' ? Int32Array : Float32Array;
        return [name, new Type(this.#memory, addresses[i], buffers[name]!.length)];
      }),
    ) as Record<string, Float32Array>;
    return (values) => kernel.host(views, uniformsOf(launch, values), constants);
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
