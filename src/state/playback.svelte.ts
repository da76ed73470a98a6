import type { Past } from '../session/past.svelte';

/** Approximate duration of playing a recording, however many steps it has. */
const PLAY_MS = 6000;
const TICK_MS = 50;

/** Plays a recording from its first step: its curves up to a step, and the picture of that moment. */
export class Playback {
  /** The recording is shown up to this step; undefined: all of it. */
  shownStep = $state<number | undefined>();
  playing = $state(false);
  /** It was played to its end; the stage forgets that when the reader enters a step. */
  ended = $state(false);
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly past: Past,
    /** Whether nothing may move by itself. */
    private readonly still: boolean,
  ) {}

  /** Plays from the first step to step `last`. */
  play(last: number) {
    this.stop();
    if (this.still) {
      this.ended = true; // shown complete, without the playback
      return;
    }
    let at = 0;
    this.playing = true;
    const show = () => {
      at = Math.min(last, at + Math.max(1, (last * TICK_MS) / PLAY_MS));
      this.shownStep = Math.round(at);
      const moment = this.past.moments.findLastIndex(({ step }) => step <= at);
      this.past.at = moment < 0 ? undefined : moment;
      if (at < last) return;
      this.stop();
      this.ended = true;
    };
    show();
    if (this.playing) this.#timer = setInterval(show, TICK_MS);
  }

  /** Shows all of the recording at once, because the reader inspects it. */
  showAll() {
    if (this.playing) this.ended = true;
    this.stop();
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.playing = false;
    this.shownStep = undefined;
    this.past.at = undefined;
  }
}
