/** @file The worker that writes: one model, one text; commands are received between any two tokens. */
import { check, InputError } from '../../core/check';
import { chooseArithmetic, type KernelsOrNot } from './arithmetic';
import type { WritingCommand, WritingEvent } from './protocol';
import type { HostWeights } from '../../model/arena';
import type { Arithmetic } from '../../model/decode/computing';
import { losses, Writer } from '../../model/decode/writer';
import type { ModelSpec } from '../../spec/model';

/** Lets messages in. */
const nextTask = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

export class Scribe {
  #model: { readonly spec: ModelSpec; readonly weights: HostWeights } | undefined;
  /** Chosen when the open model is first used. */
  #arithmetic: Arithmetic | undefined;
  #writer: Writer | undefined;
  /** Number of the latest command; work begun under an earlier one is out of date. */
  #turn = 0;

  constructor(
    private readonly send: (event: WritingEvent) => void,
    /** Plain loops compute without them. */
    private readonly kernels: Promise<KernelsOrNot> = Promise.resolve({ message: 'no kernels' }),
  ) {}

  receive(command: WritingCommand): void {
    const turn = ++this.#turn;
    this.#obey(command, turn).catch((error: unknown) => {
      const words = error instanceof Error ? error.message : String(error);
      const message = error instanceof InputError ? `${words}.` : `${words}. Open the model again.`;
      this.send({ type: 'problem', message });
    });
  }

  async #obey(command: WritingCommand, turn: number): Promise<void> {
    switch (command.type) {
      case 'load':
        this.#model = { spec: command.model, weights: command.weights };
        this.#arithmetic = undefined;
        this.#writer = undefined;
        return;
      case 'begin': {
        const { spec, weights, arithmetic } = await this.#opened();
        if (turn !== this.#turn) return;
        this.#writer?.release();
        const writer = new Writer(spec, weights, () => performance.now(), arithmetic);
        this.#writer = undefined; // until the whole prompt is in
        await this.#read(writer, writer.read(command.prompt), command.prompt.length, turn);
        return;
      }
      case 'rewind': {
        const writer = this.#writer;
        check(writer, 'there is no text to go back in; begin one first');
        this.#writer = undefined; // until it is back at the requested place
        await this.#read(writer, writer.rewind(command.length), command.length, turn);
        return;
      }
      case 'write': {
        const { count, sampling, seed, until } = command;
        const tail: number[] = [];
        for (let left = count; left > 0 && this.#writer && turn === this.#turn; left--) {
          const token = this.#writer.next(sampling, seed);
          this.#follow(this.#writer);
          this.send({ type: 'written', token });
          tail.push(token.token);
          if (until.length > 0 && until.every((id, i) => id === tail.at(i - until.length))) break;
          await nextTask();
        }
        if (turn === this.#turn) this.send({ type: 'stopped' });
        return;
      }
      case 'stop':
        this.send({ type: 'stopped' });
        return;
      case 'replay':
        check(this.#writer, 'there is no text to replay; begin one first');
        this.send({ type: 'replayed', replayed: this.#writer.replay() });
        return;
      case 'whatIf': {
        const { spec, weights, arithmetic } = await this.#opened();
        const { tokens, layers, interventions } = command;
        const before = losses(spec, weights, tokens, {}, arithmetic);
        const changed = { ...spec, layers };
        const after = losses(changed, weights, tokens, interventions, arithmetic);
        this.send({ type: 'difference', difference: { tokens, before, after } });
        return;
      }
    }
  }

  /** Rejects if no model is open, so that the page gets an answer instead of waiting for ever. */
  async #opened() {
    check(this.#model, 'no model is open; open one first');
    const kernels = await this.kernels;
    const { spec, weights } = this.#model;
    if (!this.#arithmetic) {
      const { arithmetic, computing } = chooseArithmetic(spec, weights, kernels);
      this.#arithmetic = arithmetic;
      this.send({ type: 'computing', computing });
    }
    return { spec, weights, arithmetic: this.#arithmetic };
  }

  /** Runs to the end, unless another command arrives meanwhile. */
  async #read(
    writer: Writer,
    chunks: Iterable<number>,
    total: number,
    turn: number,
  ): Promise<void> {
    const started = performance.now();
    try {
      for (const done of chunks) {
        this.send({ type: 'reading', done, total });
        await nextTask();
        // A half-read text is useless.
        if (turn !== this.#turn) return;
      }
      this.#writer = writer;
    } finally {
      if (this.#writer !== writer) writer.release();
    }
    this.#follow(writer);
    const ms = performance.now() - started;
    this.send({ type: 'ready', length: writer.length, cache: writer.cache, ms });
  }

  /** A writer whose memory was refused went on in plain loops: whatever follows is computed there too. */
  #follow({ arithmetic }: Writer): void {
    if (arithmetic === this.#arithmetic) return;
    this.#arithmetic = arithmetic;
    this.send({ type: 'computing', computing: { way: 'cpu', because: 'memory' } });
  }
}
