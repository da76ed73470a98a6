/** @file What one query depends on through the layers, row by row from the output down to the tokens: the cone of its reach. */
import { BLOCKED, EXACT, SUMMARY } from '../../attention/cells';
import { layoutOf } from '../../attention/layout';
import type { LayerPlan } from '../../attention/pattern';
import { reachCone } from '../../attention/reach';

export interface ConeRow {
  /** 'output', 'after layer 3', 'tokens'. */
  readonly label: string;
  /** The layer whose reading leads from the row above to this one, from 0; the output has none. */
  readonly by: number | undefined;
  /** For every token: not needed, read itself, or only through a summary; see src/attention/cells.ts. */
  readonly kinds: Uint8Array; // [T]
  readonly tokens: number; // needed
}

/** The output first, the tokens last: one row more than layers. */
export function coneRows(plan: LayerPlan, T: number, query: number): readonly ConeRow[] {
  const cone = reachCone(plan, T, query);
  return cone
    .map((needed, l): ConeRow => {
      const layer = plan[l];
      return {
        label: l === plan.length ? 'output' : l === 0 ? 'tokens' : `after layer ${l}`,
        by: layer && l,
        kinds: layer ? kindsOf(layoutOf(layer, T).first, needed, cone[l + 1]!) : needed,
        tokens: needed.reduce((sum, bit) => sum + bit, 0),
      };
    })
    .reverse();
}

/** Of the tokens a layer reads for the queries asked, those that one of them reads itself are exact. */
function kindsOf(first: Int32Array, needed: Uint8Array, asked: Uint8Array): Uint8Array {
  const kinds = needed.map((bit) => (bit ? SUMMARY : BLOCKED));
  // Queries in order begin no earlier than those before, so everything is filled once.
  for (let q = 0, done = 0; q < asked.length; q++) {
    if (!asked[q]) continue;
    kinds.fill(EXACT, Math.max(done, first[q]!), q + 1);
    done = q + 1;
  }
  return kinds;
}

/** Cells of `factor` tokens: exact where one of its tokens is. */
export function pooledRow(kinds: Uint8Array, factor: number): Uint8Array {
  const cells = new Uint8Array(Math.ceil(kinds.length / factor));
  kinds.forEach((kind, token) => {
    const at = Math.floor(token / factor);
    if (kind !== BLOCKED && cells[at] !== EXACT) cells[at] = kind;
  });
  return cells;
}

/** '27 to 47', '3', '0 to 4 and 9'. */
export function sayTokens(kinds: ArrayLike<number>): string {
  const parts: string[] = [];
  for (let k = 0; k < kinds.length; k++) {
    if (kinds[k] === BLOCKED) continue;
    const from = k;
    while (k + 1 < kinds.length && kinds[k + 1] !== BLOCKED) k++;
    parts.push(from === k ? `${k}` : `${from} to ${k}`);
  }
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** 'query 47 depends on 21 of 48 tokens: 27 to 47'. */
export function sayReach(rows: readonly ConeRow[], query: number): string {
  const { kinds, tokens } = rows.at(-1)!;
  return `query ${query} depends on ${tokens} of ${kinds.length} tokens: ${sayTokens(kinds)}`;
}
