/** @file A model on a machine: its programs prepared, its weights where they are trained. */
import type { Packing } from '../attention/documents';
import type { Batch } from '../data/source';
import type { Machine, Session } from '../machines/machine';
import { resultOf, wholeOf } from '../machines/machine';
import {
  arenaOf,
  pack,
  paddedVocabulary,
  unpack,
  type Arena,
  type HostWeights,
} from '../model/arena';
import { bundleOf } from '../model/bundle';
import { mapOf } from '../model/maps';
import { ADAMW, RING, type AdamWOptions } from '../model/adamw';
import { checkGiven, documentTables } from '../model/documents';
import { poolingFor, type Pooling } from '../model/pooling';
import { SLOT } from '../ops/adamw/kernel';
import type { Bundle } from '../program/program';
import type { ModelSpec } from '../spec/model';
import {
  AHEAD_ON_CARD,
  type Model,
  type ModelOptions,
  type Models,
  type Snapshot,
  type StepReport,
} from './model';

export class Zebra implements Model {
  readonly arena: Arena;
  readonly pooling: Pooling;
  readonly adamw: AdamWOptions;
  readonly documents: Packing;
  readonly #bundle: Bundle;
  #step = 0;
  #reported = 0;

  static async open(
    machine: Machine,
    spec: ModelSpec,
    weights: HostWeights,
    options: ModelOptions,
  ): Promise<Zebra> {
    const pooling = poolingFor(spec.context);
    const bundle = bundleOf(spec, {
      batch: options.batch,
      pooling,
      ...(options.adamw && { adamw: options.adamw }),
      ...(options.documents && { documents: options.documents }),
      kernel: machine.kernel,
      ...(machine.tiles && { tiles: machine.tiles }),
    });
    const arena = arenaOf(spec);
    const packed = pack(arena, weights); // refuses wrong weights before anything is allocated
    const session = await machine.open(bundle);
    session.write('weights', packed);
    return new Zebra(spec, session, bundle, arena, pooling, options);
  }

  private constructor(
    readonly spec: ModelSpec,
    readonly session: Session,
    bundle: Bundle,
    arena: Arena,
    pooling: Pooling,
    { adamw = ADAMW, documents = 'off' }: ModelOptions,
  ) {
    this.adamw = adamw;
    this.documents = documents;
    this.#bundle = bundle;
    this.arena = arena;
    this.pooling = pooling;
  }

  /** All it will ever need: it is allocated at once. */
  get bytes(): number {
    return this.session.bytes;
  }

  get step(): number {
    return this.#step;
  }

  get room(): number {
    return RING - (this.#step - this.#reported);
  }

  train(batch: Batch, rate: number): void {
    if (this.room === 0) {
      throw new Error(`the losses of ${RING} steps wait in the ring; the next would overwrite one`);
    }
    this.#step++;
    this.#write(batch);
    const { beta1, beta2, decay } = this.adamw;
    this.session.run('train', {
      share: shareOf(batch),
      slot: (this.#step - 1) % RING,
      rate,
      shrink: 1 - rate * decay,
      correct1: 1 - beta1 ** this.#step,
      correct2: 1 - beta2 ** this.#step,
    });
  }

  async reports(): Promise<StepReport[]> {
    const [from, to] = [this.#reported, this.#step];
    if (from === to) return [];
    this.#reported = to;
    const ring = await this.session.read(wholeOf(this.#bundle, 'ring'));
    return Array.from({ length: to - from }, (_, i) => {
      const step = from + i + 1;
      const at = SLOT * ((step - 1) % RING);
      return { step, gradNorm: ring[at]!, loss: ring[at + 1]!, accuracy: ring[at + 2]! };
    });
  }

  settled(): Promise<void> {
    return this.session.settled();
  }

  async evaluate(batch: Batch): Promise<Float32Array> {
    this.#write(batch);
    this.session.run('evaluate', { share: shareOf(batch) });
    return this.session.read(resultOf(this.#bundle, 'evaluate', 'report'), 'evaluate');
  }

  async logits(tokens: Int32Array, starts?: Int32Array): Promise<Float32Array> {
    this.session.write('tokens', tokens);
    this.#keepApart(tokens, starts);
    this.session.run('logits');
    const padded = await this.session.read(resultOf(this.#bundle, 'logits', 'logits'), 'logits');
    const [V, stride] = [this.spec.vocabulary, paddedVocabulary(this.spec)];
    const logits = new Float32Array(this.spec.context * V);
    for (let t = 0; t < this.spec.context; t++) {
      logits.set(padded.subarray(t * stride, t * stride + V), t * V);
    }
    return logits;
  }

  async maps(tokens: Int32Array, starts?: Int32Array): Promise<Float32Array[]> {
    this.session.write('tokens', tokens);
    this.#keepApart(tokens, starts);
    this.session.run('maps');
    return Promise.all(
      this.spec.layers.map((_, l) =>
        this.session.read(resultOf(this.#bundle, 'maps', mapOf(l)), 'maps'),
      ),
    );
  }

  async weights(): Promise<Map<string, Float32Array>> {
    return unpack(this.arena, await this.session.read(wholeOf(this.#bundle, 'weights')));
  }

  /** The gradients of the last step, by name; copies. */
  async gradients(): Promise<Map<string, Float32Array>> {
    return unpack(this.arena, await this.session.read(wholeOf(this.#bundle, 'gradients')));
  }

  async snapshot(): Promise<Snapshot> {
    const step = this.#step;
    const [weights, m, v] = await Promise.all(
      ['weights', 'm', 'v'].map((name) => this.session.read(wholeOf(this.#bundle, name))),
    );
    return { step, weights: weights!, m: m!, v: v! };
  }

  restore({ step, weights, m, v }: Snapshot): void {
    for (const [name, values] of Object.entries({ weights, m, v })) {
      const { length } = this.#bundle.kept[name]!;
      if (values.length !== length) {
        throw new Error(
          `the snapshot's ${name} are ${values.length} numbers; this model has ${length}`,
        );
      }
      this.session.write(name, values);
    }
    this.#step = this.#reported = step;
  }

  dispose(): void {
    this.session.dispose();
  }

  #write({ tokens, targets, weights, starts }: Batch): void {
    this.session.write('tokens', tokens);
    this.session.write('targets', targets);
    this.session.write('scored', weights);
    checkGiven(this.documents, starts);
    this.#keepApart(tokens, starts);
  }

  /** Writes what the layers read of the current rows; nothing if documents are not kept apart. */
  #keepApart(tokens: Int32Array, starts: Int32Array | undefined): void {
    const rows = tokens.length / this.spec.context;
    for (const [buffer, values] of documentTables(this.spec, this.documents, rows, starts))
      this.session.write(buffer, values);
  }
}

export const shareOf = ({ weights }: Batch): number => 1 / weights.reduce((a, b) => a + b, 0);

/** Our programs on a machine. */
export const zebras = (machine: Machine): Models => ({
  kernel: machine.kernel,
  where: machine.kernel === 'gpu' || machine.kernel === 'softwareGpu' ? 'gpu' : 'host',
  ahead: machine.kernel === 'gpu' ? AHEAD_ON_CARD : 0,
  open: (spec, weights, options) => Zebra.open(machine, spec, weights, options),
});
