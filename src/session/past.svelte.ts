import type { Saved } from '../compare/file';
import { bytesOf } from '../compare/ring';
import type { AttentionFrame } from '../workers/train/results';
import { specsOf, type Comparison } from '../compare/comparison';
import { readMoments, record, without, type Moments } from './moments';

/** A file that was opened, or the recording of these very settings. */
type Opened = Saved & {
  readonly from: string;
  readonly recorded: boolean;
  readonly moments: Moments;
};

/** Throws InputError where its pictures cannot be read. */
export function openedFrom(saved: Saved, from: string, recorded = false): Opened {
  const moments = saved.pictures ? readMoments(saved.pictures, specsOf(saved.comparison)) : [];
  return { ...saved, from, recorded, moments };
}

/** What runs looked like before: pictures that were kept while they trained, or a file with numbers and pictures of its own. */
export class Past {
  /** An open file: its numbers are shown until training starts. */
  saved = $state.raw<Opened | undefined>();
  /** Of the runs that are there, while no file is shown. */
  kept = $state.raw<Moments>([]);
  /** The moment that is looked at; undefined: now. */
  at = $state<number | undefined>();

  moments = $derived(this.saved?.moments ?? this.kept);
  bytes = $derived(bytesOf(this.moments));
  /** A file has no present, so its last moment is shown. */
  moment = $derived(this.at === undefined ? this.saved?.moments.at(-1) : this.moments[this.at]);

  /** Pictures of all runs have come; undefined for a run that failed. */
  keep(frames: readonly (AttentionFrame | undefined)[]) {
    const steps = frames.flatMap((frame) => (frame ? [frame.step] : []));
    const step = Math.max(...steps);
    // While a lost device's steps are repeated, the runs are at different steps, so their pictures do not form one
    // moment.
    if (!steps.every((one) => one === step)) return;
    const looked = this.at === undefined || this.saved ? undefined : this.moment;
    this.kept = record(this.kept, step, frames);
    if (!looked) return;
    const at = this.kept.indexOf(looked);
    const before = () => this.kept.findLastIndex((one) => one.step <= looked.step);
    this.at = at >= 0 ? at : Math.max(0, before());
  }

  /** Other runs are there, with the pictures that were kept of them. */
  put(kept: Moments) {
    this.kept = kept;
    this.at = undefined;
  }

  /** The present is looked at. */
  live() {
    this.saved = undefined;
    this.at = undefined;
  }

  /** The runs that are left are `comparison`. */
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
