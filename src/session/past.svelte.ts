import type { Saved } from '../compare/file';
import { bytesOf } from '../compare/ring';
import type { AttentionFrame } from '../workers/train/results';
import { specsOf, type Comparison } from '../compare/comparison';
import { readMoments, record, without, type Moments } from './moments';

/** A file that was opened, or the recording of exactly these settings. */
type Opened = Saved & {
  readonly from: string;
  readonly recorded: boolean;
  readonly moments: Moments;
};

/** Throws InputError if its maps cannot be read. */
export function openedFrom(saved: Saved, from: string, recorded = false): Opened {
  const moments = saved.pictures ? readMoments(saved.pictures, specsOf(saved.comparison)) : [];
  return { ...saved, from, recorded, moments };
}

/** Past maps of the runs: kept while they trained, or from a file, which has its own numbers too. */
export class Past {
  /** An open file: its numbers are shown until training starts. */
  saved = $state.raw<Opened | undefined>();
  /** The moments of the current runs, shown while no file is. */
  kept = $state.raw<Moments>([]);
  /** The selected moment; undefined: now. */
  at = $state<number | undefined>();

  moments = $derived(this.saved?.moments ?? this.kept);
  bytes = $derived(bytesOf(this.moments));
  /** A file has no present, so its last moment is shown. */
  moment = $derived(this.at === undefined ? this.saved?.moments.at(-1) : this.moments[this.at]);

  /** Adds the maps that arrived from all runs; undefined for a run that failed. */
  keep(frames: readonly (AttentionFrame | undefined)[]) {
    const steps = frames.flatMap((frame) => (frame ? [frame.step] : []));
    const step = Math.max(...steps);
    // While a lost device's steps are repeated, the runs are at different steps, so their maps do not form one
    // moment.
    if (!steps.every((one) => one === step)) return;
    const looked = this.at === undefined || this.saved ? undefined : this.moment;
    this.kept = record(this.kept, step, frames);
    if (!looked) return;
    const at = this.kept.indexOf(looked);
    const before = () => this.kept.findLastIndex((one) => one.step <= looked.step);
    this.at = at >= 0 ? at : Math.max(0, before());
  }

  /** Switches to other runs, with the past maps kept of them. */
  put(kept: Moments) {
    this.kept = kept;
    this.at = undefined;
  }

  /** Returns to the present. */
  live() {
    this.saved = undefined;
    this.at = undefined;
  }

  /** Removes a run; `comparison` describes the remaining ones. */
  remove(index: number, comparison: Comparison) {
    this.kept = without(this.kept, index);
    if (!this.saved) return;
    const { histories, moments } = this.saved;
    this.saved = {
      ...this.saved,
      comparison,
      histories: histories.toSpliced(index, 1),
      repeats: [],
      moments: without(moments, index),
    };
  }
}
