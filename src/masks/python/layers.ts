/**
 * @file Layers of a document as Python: each distinct layer once, with a name, and a list with the name for each layer.
 */
import type { CodeDoc, CodeLayer } from '../format';
import { brief, terms, write, type Expression } from '../../attention/expression';
import { factsOf, type Facts } from './facts';
import { plain, termsIn } from '../../attention/plain';
import { positionOf } from '../../attention/mask';
import { ruleLines } from '../../attention/python';

export interface Kind {
  readonly name: string; // 1, 2, …
  readonly expression: Expression;
  readonly layers: readonly number[]; // from 1
  readonly facts: Facts;
}

export function kindsOf({ T, queries, layers }: CodeDoc): readonly Kind[] {
  const byText = new Map<string, { expression: Expression; layers: number[] }>();
  layers.forEach(({ expression }, i) => {
    const text = write(expression);
    const known = byText.get(text) ?? { expression, layers: [] };
    known.layers.push(i + 1);
    byText.set(text, known);
  });
  return [...byText.values()].map((kind, i) => ({
    name: `${i + 1}`,
    ...kind,
    facts: factsOf(kind.expression, T, queries),
  }));
}

/** The header: what the code is, for how many tokens, and what it leaves out. */
export function headLines({ T, queries = T, layers }: CodeDoc, what: string): readonly string[] {
  const painted = layers.flatMap(({ paint }, i) => (paint && paint.length > 0 ? [i + 1] : []));
  return [
    `# ${what}. Query rows, key columns, ${queries === T ? `${T} tokens` : `${queries} queries of ${T} keys`}. Written by Zebra Lab from the mask's terms.`,
    ...(painted.length > 0
      ? [`# Cells painted by hand on ${sayLayers(painted)} are not in this code.`]
      : []),
  ];
}

/** The sizes: T and, if there are not as many queries as keys, Q and the position of the first query. */
export const sizeLines = ({ T, queries = T }: CodeDoc): readonly string[] => [
  `T = ${T}`,
  ...(queries === T
    ? []
    : [`Q, FIRST = ${queries}, ${positionOf({ queries, keys: T }, 0)}  # query i is at FIRST + i`]),
];

/** The terms of a kind in words, including the convention of its numbers. */
export function wordLines({ expression, layers, facts }: Kind): readonly string[] {
  const text = brief(expression);
  return [
    `# ${capital(sayLayers(layers))}: ${text}${text.includes('~') ? ' (~ is switched off)' : ''}`,
    ...termsIn(plain(expression)).map((one) => `#   ${write(one)}: ${inWords(one)}`),
    ...(facts.dead === undefined
      ? []
      : [`#   Query ${facts.dead} reads no key: a softmax over it is NaN or arbitrary.`]),
  ];
}

function inWords({ term, numbers }: Expression & { kind: 'term' }): string {
  const { params, summary } = terms.get(term);
  const explained = params.flatMap(({ label, explain }, i) =>
    explain ? [`${label} = ${numbers[i]}: ${explain(numbers[i]!)}`] : [],
  );
  return explained.length > 0 ? explained.join('; ') : summary;
}

/** def NAME(arguments): return …, with the lines before it. */
export const ruleOf = (
  kind: Kind,
  name: string,
  parameters: string,
  first: readonly string[] = [],
): readonly string[] => [
  ...wordLines(kind),
  `def ${name}(${parameters}):`,
  ...[...first, ...ruleLines(kind.expression)].map((line) => `    ${line}`),
];

/** One entry per layer, with equal neighbours as a product: [a] + [b] * 3. */
export function listOf(
  layers: readonly CodeLayer[],
  entry: (layer: CodeLayer, i: number) => string,
): string {
  const stretches: { text: string; count: number }[] = [];
  layers.forEach((layer, i) => {
    const text = entry(layer, i);
    const last = stretches.at(-1);
    if (last?.text === text) last.count++;
    else stretches.push({ text, count: 1 });
  });
  return stretches
    .map(({ text, count }) => `[${text}]${count > 1 ? ` * ${count}` : ''}`)
    .join(' + ');
}

/** The name of each layer's kind. */
export const namesOf = (kinds: readonly Kind[], count: number, prefix: string): readonly string[] =>
  Array.from(
    { length: count },
    (_, i) => `${prefix}${kinds.find(({ layers }) => layers.includes(i + 1))!.name}`,
  );

/** 'layer 2', 'layers 1 to 3 and 5'. */
export function sayLayers(layers: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < layers.length; i++) {
    const from = i;
    while (layers[i + 1] === layers[i]! + 1) i++;
    parts.push(from === i ? `${layers[i]}` : `${layers[from]} to ${layers[i]}`);
  }
  const last = parts.pop()!;
  return `layer${layers.length > 1 ? 's' : ''} ${parts.length > 0 ? `${parts.join(', ')} and ` : ''}${last}`;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
