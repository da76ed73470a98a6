/** @file The optimizer's step in a program: the gradient's norm, then AdamW over all weights at once. */
import { adamw, settle, squares, SQUARES_PER_THREAD } from '../ops/adamw/kernel';
import type { Part } from '../program/program';
import { ADAMW } from './adamw';
import type { BundleWriter } from './bundleWriter';

/** `report`: the loss and hits of every row of the batch. */
export function update(w: BundleWriter, report: Part): void {
  const a = w.options.adamw ?? ADAMW;
  const count = w.arena.length;
  const sums = Math.ceil(count / SQUARES_PER_THREAD);
  const partial = w.temporary('partial', 1, sums);
  const gradient = w.part('gradients');
  const ring = w.part('ring');
  w.launch(squares, sums, { gradient, partial }, { count });
  w.launch(
    settle,
    1,
    { partial, report, ring },
    { count: sums, rows: w.rows, slot: { value: 'slot' }, share: { value: 'share' } },
  );
  w.launch(
    adamw,
    count / 4,
    { gradient, ring, w: w.part('weights'), m: w.part('m'), v: w.part('v') },
    {
      count,
      slot: { value: 'slot' },
      rate: { value: 'rate' },
      beta1: a.beta1,
      beta2: a.beta2,
      eps: a.eps,
      shrink: { value: 'shrink' },
      correct1: { value: 'correct1' },
      correct2: { value: 'correct2' },
      clip: a.clip,
    },
  );
}
