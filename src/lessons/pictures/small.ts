/** @file A lesson's masks as thumbnails, from the terms in its head. */
import { BLOCKED, EXACT, SUMMARY } from '../../attention/cells';
import { maskOf } from '../../attention/expression';
import { read } from '../../attention/parse';
import { has } from '../../attention/runs';

/** What query q reads of key k: nothing, the token itself, or the summary it is part of. Row-major [T, T]. */
export function kindsOf(text: string, T: number): Uint8Array {
  const mask = maskOf(read(text), T);
  const [summaries] = /summaries\([^)]*\)/.exec(text) ?? [];
  const through = summaries ? maskOf(read(`causal & ${summaries}`), T) : undefined;
  const kind = (q: number, k: number) => {
    if (!has(mask.row(q), k)) return BLOCKED;
    return through && has(through.row(q), k) ? SUMMARY : EXACT;
  };
  return Uint8Array.from({ length: T * T }, (_, i) => kind(Math.floor(i / T), i % T));
}
