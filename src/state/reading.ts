/** @file Describes one cell of a map in words: which query, which key, what weight, or which rule forbids it. */
import { fixed } from '../core/numbers';
import type { LayerPlan } from '../attention/pattern';
import { patterns } from '../attention/registry';
import { has } from '../attention/runs';
import { sayBlocked } from '../attention/words';
import type { AttentionFrame } from '../workers/train/results';
import type { Cell } from './selection.svelte';

export interface Reading {
  readonly query: string;
  readonly kind: 'blocked' | 'read' | 'summary';
  readonly key: string;
  readonly detail: string;
}

/** The weight of one cell of a frame, by tokens; undefined if the frame has no such cell. */
function weightAt(frame: AttentionFrame, { layer, head, query, key }: Cell): number | undefined {
  const { size, factor } = frame;
  const at = (Math.floor(query / factor) + head * size) * size + Math.floor(key / factor);
  return frame.layers[layer]?.weights[at];
}

export function readCell(frame: AttentionFrame, plan: LayerPlan, cell: Cell): Reading {
  const { pattern, params } = plan[cell.layer]!;
  const rule = patterns.get(pattern);
  const { query, key } = cell;
  const words = { query: token(frame, query), key: token(frame, key) };

  const blocked = sayBlocked(rule.expression(params), query, key, frame.T);
  if (blocked) return { ...words, kind: 'blocked', detail: blocked };
  const weight = `weight ${fixed(weightAt(frame, cell) ?? 0, 2)}`;
  if (has(rule.reads(query, frame.T, params), key))
    return { ...words, kind: 'read', detail: weight };

  const chunk = rule.chunk(params);
  const first = key - (key % chunk);
  return {
    ...words,
    kind: 'summary',
    detail: `${weight}, its share of tokens ${first} to ${first + chunk - 1}`,
  };
}

export function sayReading({ query, kind, key, detail }: Reading): string {
  switch (kind) {
    case 'blocked':
      return `query ${query} may not read key ${key}, ${detail}`;
    case 'read':
      return `query ${query} reads key ${key}, ${detail}`;
    case 'summary':
      return `query ${query} reads a summary of key ${key}, ${detail}`;
  }
}

/** What a query does with a key that is named elsewhere. */
export const READING: Readonly<Record<Reading['kind'], string>> = {
  blocked: 'may not read',
  read: /* a message */ 'reads',
  summary: 'reads a summary of',
};

/** '42 ‘e’' */
const token = ({ tokens }: AttentionFrame, at: number) => `${at} ‘${tokens[at] ?? ''}’`;

/** Weights of one query over the keys of one head, per token; pooled cells are repeated. */
export function rowOf(
  frame: AttentionFrame,
  { layer, head, query }: Omit<Cell, 'key'>,
): Float32Array {
  return Float32Array.from(
    { length: frame.T },
    (_, key) => weightAt(frame, { layer, head, query, key }) ?? 0,
  );
}
