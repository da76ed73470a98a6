import type { ScribeWire } from '../workers/write/client';
import type { ReadPrompt } from '../data/lettering';
import type { CacheState, Difference, WritingEvent, WritingIn } from '../workers/write/protocol';
import type { OpenedModel } from '../model/files/opened';
import type { Replayed, WrittenToken } from '../model/decode/writer';
import type { Interventions } from '../model/decode/decoder';
import type { LayerPlan } from '../attention/pattern';

export type WritingPhase = 'empty' | 'reading' | 'ready' | 'writing' | 'failed';

/** Maximum length of a text in tokens; beyond the model's training context it is of no practical use. */
export const MAX_TOKENS = 4096;
/** The weights of only this many of the latest tokens are kept; those of all would take hundreds of megabytes. */
const KEPT_LOOKS = 400;
/** Tokens averaged for the time per token. */
const RECENT = 25;

/** A text being generated, and the token being inspected. */
export class Generation {
  opened = $state.raw<OpenedModel | undefined>();
  prompt = $state('');
  temperature = $state(0.8);
  topK = $state(0);
  topP = $state(1);
  seed = $state(1);
  count = $state(200);
  /** Stops once the text ends with this; empty: never. */
  stopAt = $state('');

  phase = $state<WritingPhase>('empty');
  /** Prompt tokens processed, of the total. */
  read = $state.raw({ done: 0, total: 0 });
  promptMs = $state<number | undefined>();
  /** What computes; known once the model is used. */
  computing = $state.raw<WritingIn | undefined>();
  /** The prompt as processed. */
  taken = $state.raw<ReadPrompt | undefined>();
  written = $state.raw<readonly WrittenToken[]>([]);
  cache = $state.raw<CacheState | undefined>();
  replayed = $state.raw<Replayed | undefined>();
  replaying = $state(false);
  difference = $state.raw<Difference | undefined>();
  comparing = $state(false);
  problem = $state('');
  /** Index of the inspected token among the generated ones; undefined follows the last. */
  locked = $state<number | undefined>();

  shown = $derived(this.written[this.locked ?? this.written.length - 1]);
  /** The current prompt, tokenised. */
  asRead = $derived(this.opened?.lettering.read(this.prompt));
  length = $derived((this.taken?.tokens.length ?? 0) + this.written.length);
  tokens = $derived([...(this.taken?.tokens ?? []), ...this.written.map(({ token }) => token)]);
  text = $derived(this.opened?.lettering.write(this.written.map(({ token }) => token)) ?? '');
  /** Median over the latest tokens, ms; measured. */
  msPerToken = $derived.by(() => {
    const recent = this.written.slice(-RECENT).map(({ ms }) => ms);
    return recent.length > 0 ? recent.sort((a, b) => a - b)[recent.length >> 1] : undefined;
  });
  /** The prompt in the box differs from the one the text continues. */
  stale = $derived(
    this.taken === undefined || this.asRead?.tokens.join() !== this.taken.tokens.join(),
  );

  /** The worker is busy, so nothing else is requested meanwhile. */
  busy = $derived(
    this.phase === 'writing' || this.phase === 'reading' || this.comparing || this.replaying,
  );

  /** What to do once the prompt is processed. */
  #then: 'nothing' | 'generate' | 'step' = 'nothing';

  /** Tokens that arrived but are not shown yet: a fast model generates many between two paints. */
  #arrived: WrittenToken[] = [];

  constructor(
    private readonly wire: ScribeWire,
    /** Calls its argument at the next paint. */
    private readonly later: (show: () => void) => void = (show) => show(),
  ) {
    wire.listen((event) => this.receive(event));
  }

  open(opened: OpenedModel): void {
    this.opened = opened;
    this.prompt = opened.example;
    this.computing = undefined;
    this.wire.send({ type: 'load', model: opened.model, weights: opened.weights });
    this.#forget();
    this.phase = 'empty';
  }

  /** Continues the text; starts from the prompt if it changed. */
  generate = () => this.#go('generate');

  /** One token. */
  step = () => this.#go('step');

  stop = () => {
    this.#then = 'nothing';
    this.wire.send({ type: 'stop' });
  };

  /** Truncates to `count` generated tokens. */
  rewind = (count: number) => {
    if (!this.taken || this.phase === 'reading') return;
    this.written = this.written.slice(0, Math.max(0, count));
    this.locked = undefined;
    this.replayed = undefined;
    this.#then = 'nothing';
    this.phase = 'reading';
    this.read = { done: 0, total: this.length };
    this.wire.send({ type: 'rewind', length: this.length });
  };

  replay = () => {
    this.replaying = true;
    this.replayed = undefined;
    this.wire.send({ type: 'replay' });
  };

  /** The loss of every token so far, for the current model and the changed one. */
  compare = (layers: LayerPlan, interventions: Interventions) => {
    const tokens = this.#textOrPrompt();
    if (tokens.length < 2) return;
    this.comparing = true;
    this.wire.send({ type: 'whatIf', tokens, layers, interventions });
  };

  #textOrPrompt(): Int32Array {
    return this.length > 1
      ? Int32Array.from(this.tokens)
      : (this.asRead?.tokens ?? new Int32Array(0));
  }

  #go(wish: 'generate' | 'step'): void {
    if (!this.opened || !this.asRead) return;
    this.problem = '';
    if (this.stale) {
      const { length } = this.asRead.tokens;
      if (length >= MAX_TOKENS) {
        this.problem = `The prompt has ${length} tokens; fewer than ${MAX_TOKENS} leave room to write.`;
        return;
      }
      this.#forget();
      this.taken = this.asRead;
      this.#then = wish;
      this.phase = 'reading';
      this.read = { done: 0, total: this.asRead.tokens.length };
      this.wire.send({ type: 'begin', prompt: this.asRead.tokens });
    } else if (this.phase === 'ready') this.#write(wish);
  }

  #write(wish: 'generate' | 'step'): void {
    const room = MAX_TOKENS - this.length;
    if (room <= 0) {
      this.problem = `The text has ${this.length} tokens; up to ${MAX_TOKENS} are written.`;
      return;
    }
    this.locked = undefined;
    this.replayed = undefined;
    this.phase = 'writing';
    const { temperature, topK, topP, seed } = this;
    const count = wish === 'step' ? 1 : Math.min(room, this.count);
    const until = this.opened!.lettering.read(this.stopAt).tokens;
    this.wire.send({ type: 'write', count, sampling: { temperature, topK, topP }, seed, until });
  }

  receive(event: WritingEvent): void {
    switch (event.type) {
      case 'reading':
        this.read = { done: event.done, total: event.total };
        return;
      case 'computing':
        this.computing = event.computing;
        return;
      case 'ready': {
        this.phase = 'ready';
        this.cache = event.cache;
        this.promptMs = event.ms;
        const wish = this.#then;
        this.#then = 'nothing';
        if (wish !== 'nothing') this.#write(wish);
        return;
      }
      case 'written':
        if (this.phase !== 'writing') return; // stopped in the meantime, though the worker has not stopped yet
        if (this.#arrived.push(event.token) === 1) this.later(() => this.#show());
        return;
      case 'stopped':
        this.#show();
        if (this.phase === 'reading') {
          this.#forget(); // an incomplete text is of no use
          this.phase = 'empty';
        } else if (this.phase === 'writing') this.phase = 'ready';
        return;
      case 'replayed':
        this.replayed = event.replayed;
        this.replaying = false;
        return;
      case 'difference':
        this.difference = event.difference;
        this.comparing = false;
        return;
      case 'problem':
        this.problem = event.message;
        this.comparing = this.replaying = false;
        this.#then = 'nothing';
        this.phase = 'failed';
        this.taken = undefined;
        return;
    }
  }

  #show(): void {
    const last = this.#arrived.at(-1);
    if (!last) return;
    const all = [...this.written, ...this.#arrived];
    this.#arrived = [];
    const old = all.length - KEPT_LOOKS;
    this.written = all.map((token, i) =>
      i < old && token.looks.length > 0 ? { ...token, looks: [] } : token,
    );
    this.cache = { keys: last.keys, bytes: last.bytes };
  }

  #forget(): void {
    this.#arrived = [];
    this.written = [];
    this.taken = undefined;
    this.cache = undefined;
    this.replayed = undefined;
    this.replaying = this.comparing = false;
    this.difference = undefined;
    this.locked = undefined;
    this.promptMs = undefined;
    this.problem = '';
  }
}
