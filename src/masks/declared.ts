/**
 * @file What an expression declares: its simple parts are read as a declaration, so that a painted or imported mask can
 * be linted against the expression it came with. Parts too complex for a declaration are left out.
 */
import type { Expression } from '../attention/expression';
import { coreOf } from './repaired';
import type { Declared } from './subject';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Parts joined by &, without those switched off, and with nested groups flattened. */
function partsOf(expression: Expression, kind: 'and' | 'or'): readonly Expression[] {
  if (expression.off) return [];
  return expression.kind === kind
    ? expression.of.flatMap((one) => partsOf(one, kind))
    : [expression];
}

/** The spans of tokens that a term, combined with causal, lets read one another in both directions. */
function spansIn(
  { term: id, numbers }: Expression & { kind: 'term' },
  keys: number,
): readonly (readonly [number, number])[] {
  const [a, b] = numbers as [number, number];
  if (id === 'prefix') return [[0, Math.min(keys, a)]];
  // `causal | documents(…)`: each document is a span, and its tokens read one another to its end.
  if (id === 'documents') {
    const at = [0, ...numbers.filter((one) => one < keys).toSorted((x, y) => x - y), keys];
    return at.slice(1).flatMap((to, i) => (to > at[i]! + 1 ? [[at[i]!, to] as const] : []));
  }
  if (id === 'span') return a <= b && a < keys ? [[a, Math.min(keys, b + 1)]] : [];
  if (id !== 'chunk') return [];
  return Array.from({ length: Math.ceil(keys / a) }, (_, i) => [
    i * a,
    Math.min(keys, (i + 1) * a),
  ]);
}

/** Spans end where a document does. */
const cutAt = (
  spans: readonly (readonly [number, number])[],
  documents: readonly number[],
): readonly (readonly [number, number])[] =>
  spans.flatMap(([from, to]) => {
    const places = [
      from,
      ...documents.filter((at) => from < at && at < to).toSorted((a, b) => a - b),
      to,
    ];
    return places.slice(1).map((at, i) => [places[i]!, at] as const);
  });

/** The declaration of one layer of `keys` tokens. */
export function declaredOf(whole: Expression, keys: number): Declared {
  const expression = coreOf(whole, keys); // real tokens are not meant to read opened rows of padding
  const declared: Mutable<Declared> = {};
  const parts = partsOf(expression, 'and');
  let dilated = false;
  let plain = true; // does the declaration say everything?
  for (const part of parts) {
    if (part.kind === 'not') {
      const { of } = part;
      if (of.off) continue;
      if (of.kind !== 'term') {
        plain = false;
        continue;
      }
      if (of.term === 'ahead') declared.right = of.numbers[0]! - 1;
      if (of.term !== 'padding') {
        plain = false;
        continue;
      }
      const [left, right] = of.numbers as [number, number];
      if (left > 0) declared.start = left;
      if (right > 0) declared.length = Math.max(0, keys - right);
      continue;
    }
    const any = partsOf(part, 'or').filter((one) => one.kind === 'term');
    if (any.length !== partsOf(part, 'or').length) {
      Object.assign(declared, withImages(part, keys));
      plain = false;
      continue;
    }
    const numbers = (id: string) => any.find(({ term }) => term === id)?.numbers;
    const only = (...ids: string[]) => any.every(({ term }) => ids.includes(term));
    if (numbers('causal') && only('causal', 'prefix', 'span', 'chunk', 'documents')) {
      declared.causal = true;
      const spans = any.flatMap((one) => spansIn(one, keys));
      if (spans.length > 0) {
        declared.spans = spans;
        const kinds = new Set(any.map(({ term }) => term).filter((term) => term !== 'causal'));
        const [kind] = kinds;
        if (kinds.size === 1) declared.spansAre = kind as NonNullable<Declared['spansAre']>;
      }
      continue;
    }
    if (numbers('documents') && only('documents')) {
      declared.documents = numbers('documents')!;
      continue;
    }
    plain = false;
    if (only('window', 'sink', 'global') && numbers('window')) {
      declared.window = numbers('window')![0]!;
    } else if (only('chunk', 'sink', 'global') && numbers('chunk')) {
      declared.chunk = numbers('chunk')![0]!;
    } else if (numbers('dilated')) dilated = true;
    if (only('window', 'chunk', 'sink', 'global')) {
      const sinks = Array.from({ length: Math.min(keys, numbers('sink')?.[0] ?? 0) }, (_, k) => k);
      const kept = [...new Set([...sinks, ...(numbers('global') ?? [])])];
      if (kept.length > 0) declared.kept = kept;
    }
  }
  // If a window has holes, its size cannot be derived from its ends.
  if (dilated) delete declared.window;
  if (declared.causal) {
    if (plain) declared.global = true;
    delete declared.right;
  }
  if (declared.spans && declared.documents)
    declared.spans = cutAt(declared.spans, declared.documents);
  return declared;
}

/** The declaration of a stack: windows per layer, and everything that all layers agree on. */
export function declaredOfLayers(expressions: readonly Expression[], keys: number): Declared {
  const all = expressions.map((expression) => declaredOf(expression, keys));
  const [first = {}, ...rest] = all;
  if (rest.length === 0) return first;
  const kept = new Set(all.flatMap((one) => one.kept ?? []));
  const chunk = all.find((one) => one.chunk !== undefined)?.chunk;
  const agreed = Object.fromEntries(
    (['causal', 'documents', 'spans', 'spansAre', 'length', 'start', 'right'] as const)
      .filter((name) => all.every((one) => same(one[name], first[name])))
      .flatMap((name) => (first[name] === undefined ? [] : [[name, first[name]]])),
  ) as Declared;
  return {
    ...agreed,
    ...(kept.size > 0 && { kept: [...kept] }),
    ...(all.some((one) => one.global) && {
      layers: all.map((one): 'global' | 'local' => (one.global ? 'global' : 'local')),
    }),
    ...(chunk !== undefined &&
      all.every((one) => one.chunk === undefined || one.chunk === chunk) && { chunk }),
    ...(all.some((one) => one.window !== undefined) && {
      window: all.map((one) => one.window as number | undefined),
    }),
  };
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** A causal window with images, `causal & window(8) | span(10, 14)`: its window and its spans. */
function withImages(part: Expression, keys: number): Declared {
  const parts = partsOf(part, 'or');
  const spans = parts.flatMap((one) =>
    one.kind === 'term' && one.term === 'span' ? spansIn(one, keys) : [],
  );
  const [core, ...others] = parts.filter((one) => one.kind !== 'term' || one.term !== 'span');
  if (core?.kind !== 'and' || others.length > 0 || spans.length === 0) return {};
  const declared = declaredOf(core, keys);
  return declared.causal && !declared.spans ? { ...declared, spans } : {};
}
