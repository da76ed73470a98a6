/**
 * @file A mask examined cell by cell: why each cell is allowed or blocked, where it differs from the intended mask, and
 * what the lints find.
 */
import { formatInteger, listed } from '../../core/numbers';
import { declaredOf } from '../../masks/declared';
import { maskOf, verdictOf, write, type Expression } from '../../attention/expression';
import { read } from '../../attention/parse';
import { lint } from '../../masks/lint';
import type { Declared, Finding, Subject } from '../../masks/subject';
import type { Mask } from '../../attention/mask';
import { has, sayRuns } from '../../attention/runs';
import { zoo } from '../../masks/zoo';

export interface At {
  readonly query: number;
  readonly key: number;
}

/** One mask to examine. */
export interface Bench {
  readonly mask: Mask;
  /** The terms it is made of; undefined if it is not written in terms. */
  readonly expression: Expression | undefined;
  readonly meant: { readonly mask: Mask; readonly expression: Expression } | undefined;
  /** The input of the lints. */
  readonly subject: Subject;
  /** The layer shown, from 0, if there are several. */
  readonly layer: number;
  readonly layers: number;
  /** What is known besides the cells, in sentences. */
  readonly facts: readonly string[];
}

/** A mask from terms; throws InputError if they cannot be read. */
export function benchOfTerms(text: string, tokens: number, meantText?: string): Bench {
  const expression = read(text);
  const mask = maskOf(expression, tokens);
  const intended = meantText === undefined ? undefined : read(meantText);
  return {
    mask,
    expression,
    meant: intended && { expression: intended, mask: maskOf(intended, tokens) },
    subject: {
      masks: [mask],
      expressions: [intended ?? expression],
      declared: declaredOf(intended ?? expression, tokens),
    },
    layer: 0,
    layers: 1,
    facts: [],
  };
}

/** A bug of the zoo, without its story, which the reader should find. */
export function benchOfBug(id: string, wanted = 0): Bench {
  const { subject, repaired } = zoo.get(id);
  const layers = subject.masks.length;
  const layer = Math.min(layers - 1, Math.max(0, wanted));
  const mask = subject.masks[layer]!;
  const expression = repaired[layer]!;
  return {
    mask,
    expression: subject.expressions?.[layer],
    meant: { expression, mask: maskOf(expression, mask.keys, mask.queries) },
    subject,
    layer,
    layers,
    facts: factsOf(subject, mask, layer),
  };
}

// ------------------------------------------------------------------------------------------------- its cells

const positionOf = ({ queries, keys }: Mask, query: number) => keys - queries + query;

/** The terms that decide the cell, if the terms agree with the mask. */
function becauseOf({ mask, expression }: Bench, { query, key }: At): readonly string[] {
  if (!expression) return [];
  const verdict = verdictOf(expression, positionOf(mask, query), key, mask.keys);
  return verdict.allowed === has(mask.row(query), key) ? verdict.because : [];
}

/** Row-major; a cell opened only by summaries is read through a summary. */
export function cellsOf(bench: Bench): readonly ('blocked' | 'open' | 'summary')[] {
  const { queries, keys } = bench.mask;
  return Array.from({ length: queries * keys }, (_, i) => {
    const at = { query: Math.floor(i / keys), key: i % keys };
    if (!has(bench.mask.row(at.query), at.key)) return 'blocked';
    const because = becauseOf(bench, at).filter((one) => /^(summaries|exact)\(/.test(one));
    return because.length > 0 && because.every((one) => one.startsWith('summaries'))
      ? 'summary'
      : 'open';
  });
}

/** 'Query 5 may read key 3, 2 back: causal and window(4) let it through.' */
export function sayCell(bench: Bench, at: At): string {
  const { mask } = bench;
  const allowed = has(mask.row(at.query), at.key);
  const back = positionOf(mask, at.query) - at.key;
  const far = back > 0 ? `${back} back` : back === 0 ? /* a message */ 'itself' : `${-back} ahead`;
  const because = becauseOf(bench, at);
  const why =
    because.length === 0
      ? ''
      : allowed
        ? `: ${listed(because)} ${because.length === 1 ? 'lets' : 'let'} it through`
        : `: ${listed(because)} ${because.length === 1 ? 'forbids' : 'forbid'} it`;
  return `Query ${at.query} ${allowed ? 'may read' : 'may not read'} key ${at.key}, ${far}${why}.`;
}

/** Cells that differ from the intended mask. */
export function differencesOf({ mask, meant }: Bench): readonly At[] {
  if (!meant) return [];
  return Array.from({ length: mask.queries * mask.keys }, (_, i) => ({
    query: Math.floor(i / mask.keys),
    key: i % mask.keys,
  })).filter(({ query, key }) => has(mask.row(query), key) !== has(meant.mask.row(query), key));
}

/** 'Meant: causal & window(4). 8 cells differ; the first is query 4, key 0: it may be read, and should not.' */
export function sayDifferences(bench: Bench): string {
  const { mask, meant } = bench;
  if (!meant) return '';
  const cells = differencesOf(bench);
  const [first] = cells;
  const words = `Meant: ${write(meant.expression)}.`;
  if (!first)
    return `${words} No cell differs${bench.facts.length > 0 ? ': the fault, if there is one, is not in the mask' : ''}.`;
  const reads = has(mask.row(first.query), first.key);
  return `${words} ${cells.length} ${cells.length === 1 ? 'cell differs' : 'cells differ'}; the first is query ${first.query}, key ${first.key}: it ${reads ? 'may be read, and should not' : 'may not be read, and should'}.`;
}

export const findingsOf = ({ subject }: Bench): readonly Finding[] => lint(subject);

// ------------------------------------------------------------------------------------------------- facts besides the cells

function factsOf(subject: Subject, { queries, keys }: Mask, layer: number): readonly string[] {
  const { declared, fill, caches, probe } = subject;
  const cache = caches?.[layer];
  return [
    ...(queries < keys
      ? [
          `${queries} queries at the end of ${keys} tokens: query 0 is at position ${keys - queries}.`,
        ]
      : []),
    `Declared: ${sayDeclared(declared, keys)}.`,
    ...(fill ? [`Blocked scores are set to ${formatInteger(fill.value)} (${fill.dtype}).`] : []),
    ...(cache?.kind === 'ring' ? [`Its cache is a ring of ${cache.slots} keys.`] : []),
    ...(probe
      ? [`Token ${probe.changed} was changed, and the outputs at ${sayRuns(probe.moved)} moved.`]
      : []),
  ];
}

/** The declared properties of the mask: 'causal, a window of 4, documents from 5 and 9 on'. */
export function sayDeclared(declared: Declared, keys: number): string {
  const {
    causal,
    window: W,
    layers,
    documents,
    chunk,
    spans,
    block,
    length,
    start,
    kept,
  } = declared;
  const said = [
    causal && /* a message */ 'causal',
    typeof W === 'number' && `a window of ${W}`,
    typeof W === 'object' &&
      `windows of ${W.map((one) => one ?? /* a message */ 'none').join(', ')}`,
    layers && `layers ${layers.join(', ')}`,
    documents && documents.length > 0 && `documents from ${listed(documents.map(String))} on`,
    chunk !== undefined && `chunks of ${chunk}`,
    spans &&
      spans.length > 0 &&
      `tokens ${listed(spans.map(([from, to]) => `${from} to ${to - 1}`))} in both directions`,
    block !== undefined && `blocks of ${block} tokens`,
    start !== undefined && start > 0 && `${start} tokens of padding before the text`,
    length !== undefined && length < keys && `${length} real tokens, then padding`,
    kept && kept.length > 0 && `${kept.join(', ')} read by all`,
  ].filter((one): one is string => typeof one === 'string');
  return said.length > 0 ? said.join(', ') : /* a message */ 'nothing';
}
