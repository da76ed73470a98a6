/**
 * @file The machine on a GPUDevice: buffers, pipelines and bind groups are made once, a run only replays them.
 *
 * One command buffer and one submit per run. Layouts are explicit, so a kernel may leave a binding unused.
 */
import type { KernelId } from '../ops/attention/costs';
import { arrange } from '../program/arrange';
import {
  dispatchOf,
  isShared,
  SMALL_WORKGROUP,
  uniformBytes,
  WORKGROUP,
  type Constants,
} from '../program/kernel';
import {
  aligned,
  BYTES,
  isFixed,
  uniformsOf,
  type Bundle,
  type Launch,
  type Part,
} from '../program/program';
import type { Tiles } from '../program/tiles';
import { alive } from './alive';
import type { Machine, Session } from './machine';
import { compile } from './pipelines';
import { stage } from './stages';

type Values = Readonly<Record<string, number>>;

interface Prepared {
  readonly launch: Launch;
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly groups: readonly [x: number, y: number];
  readonly fixed: boolean;
}

/** Bytes between the uniforms of consecutive launches: WebGPU's alignment for binding. */
const UNIFORM = 256;

export function gpuMachine(device: GPUDevice, kernel: KernelId, tiles?: Tiles): Machine {
  const workgroup = kernel === 'softwareGpu' ? SMALL_WORKGROUP : WORKGROUP;
  return {
    kernel,
    ...(tiles && { tiles }),
    open: (bundle) => GpuSession.open(device, bundle, workgroup),
  };
}

class GpuSession implements Session {
  readonly #kept = new Map<string, GPUBuffer>();
  readonly #slots: readonly GPUBuffer[];
  readonly #slotOf: ReturnType<typeof arrange>['slotOf'];
  readonly #uniforms: Record<string, GPUBuffer> = {};
  readonly #prepared: Record<string, readonly Prepared[]> = {};
  #staging: GPUBuffer[] = []; // free buffers for reading

  static async open(device: GPUDevice, bundle: Bundle, workgroup: number): Promise<GpuSession> {
    const session = new GpuSession(device, bundle, workgroup);
    try {
      for (const [name, { launches }] of Object.entries(bundle.programs)) {
        session.#prepared[name] = await session.#prepare(name, launches);
      }
    } catch (cause) {
      session.dispose();
      throw cause;
    }
    return session;
  }

  private constructor(
    readonly device: GPUDevice,
    bundle: Bundle,
    readonly workgroup: number,
  ) {
    const { slots, slotOf } = arrange(bundle.programs);
    for (const [name, { length, content }] of Object.entries(bundle.kept)) {
      this.#kept.set(name, this.#storage(name, length));
      if (content) this.write(name, content());
    }
    this.#slots = slots.map((length, i) => this.#storage(`slot ${i}`, length));
    this.#slotOf = slotOf;
  }

  get bytes(): number {
    return [...this.#kept.values(), ...this.#slots].reduce((sum, { size }) => sum + size, 0);
  }

  write(buffer: string, values: Float32Array | Int32Array): void {
    const { buffer: bytes, byteOffset, byteLength } = values;
    this.device.queue.writeBuffer(
      this.#kept.get(buffer)!,
      0,
      bytes as ArrayBuffer,
      byteOffset,
      byteLength,
    );
  }

  run(program: string, values: Values = {}, only?: number): void {
    const { device } = this;
    const all = this.#prepared[program]!;
    all.forEach(({ launch, fixed }, i) => {
      if (!fixed)
        device.queue.writeBuffer(this.#uniforms[program]!, UNIFORM * i, bytesOf(launch, values));
    });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const { pipeline, group, groups } of only === undefined ? all : [all[only]!]) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(groups[0], groups[1]);
    }
    pass.end();
    device.queue.submit([encoder.finish()]);
  }

  async read(part: Part, program?: string): Promise<Float32Array> {
    const size = BYTES * part.length;
    const staging = this.#takeStaging(size);
    const encoder = this.device.createCommandEncoder();
    encoder.copyBufferToBuffer(this.#bufferOf(part, program), BYTES * part.at, staging, 0, size);
    this.device.queue.submit([encoder.finish()]);
    await alive(this.device, staging.mapAsync(GPUMapMode.READ, 0, size));
    const copy = new Float32Array(staging.getMappedRange(0, size).slice(0));
    staging.unmap();
    this.#staging.push(staging);
    return copy;
  }

  async settled(): Promise<void> {
    await alive(this.device, this.device.queue.onSubmittedWorkDone());
  }

  dispose(): void {
    for (const buffer of [
      ...this.#kept.values(),
      ...this.#slots,
      ...Object.values(this.#uniforms),
      ...this.#staging,
    ]) {
      buffer.destroy();
    }
  }

  #storage(label: string, length: number): GPUBuffer {
    return this.device.createBuffer({
      label,
      size: BYTES * aligned(length),
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
    });
  }

  #takeStaging(size: number): GPUBuffer {
    const at = this.#staging.findIndex((free) => free.size >= size);
    if (at >= 0) return this.#staging.splice(at, 1)[0]!;
    const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ;
    return this.device.createBuffer({ label: 'staging', size, usage });
  }

  #bufferOf({ buffer }: Part, program: string | undefined): GPUBuffer {
    const kept = this.#kept.get(buffer);
    if (kept) return kept;
    const slot = this.#slotOf[program ?? '']?.get(buffer);
    if (slot === undefined) throw new Error(`there is no buffer '${buffer}'`);
    return this.#slots[slot]!;
  }

  async #prepare(program: string, launches: readonly Launch[]): Promise<readonly Prepared[]> {
    const { device, workgroup } = this;
    const uniforms = device.createBuffer({
      label: `uniforms of ${program}`,
      size: UNIFORM * Math.max(1, launches.length),
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    this.#uniforms[program] = uniforms;
    const compiled = await stage('shaders', () =>
      Promise.all(
        launches.map(({ kernel, constants }) =>
          compile(device, kernel, constants, groupOf(constants, workgroup)),
        ),
      ),
    );
    return launches.map((launch, i) => {
      const fixed = isFixed(launch);
      if (fixed) device.queue.writeBuffer(uniforms, UNIFORM * i, bytesOf(launch, {}));
      const { pipeline, layout } = compiled[i]!;
      const parts = Object.keys(launch.kernel.buffers).map((name) => launch.buffers[name]!);
      const resources = [
        ...parts.map((part) => ({
          buffer: this.#bufferOf(part, program),
          offset: BYTES * part.at,
          // Whole vec4s: what follows the last number belongs to the same buffer.
          size: BYTES * 4 * Math.ceil(part.length / 4),
        })),
        { buffer: uniforms, offset: UNIFORM * i, size: UNIFORM },
      ];
      const group = device.createBindGroup({
        label: launch.kernel.name,
        layout,
        entries: resources.map((resource, binding) => ({ binding, resource })),
      });
      return {
        launch,
        pipeline,
        group,
        groups: dispatchOf(launch.threads, groupOf(launch.constants, workgroup)),
        fixed,
      };
    });
  }
}

const groupOf = (constants: Constants, workgroup: number): number =>
  isShared(constants) ? WORKGROUP : workgroup;

const bytesOf = (launch: Launch, values: Values): ArrayBuffer =>
  uniformBytes(launch.kernel.uniforms, launch.threads, uniformsOf(launch, values));
