/** @file Every pattern in ./patterns, found by itself: a new file is in the stripe editor, the URL and the tests. */
import { registryOf } from '../core/registry';
import type { Pattern, PatternSpec } from './pattern';
import { checkParam, type Params } from '../core/params';
import { check } from '../core/check';

export const patterns = registryOf<Pattern>(
  'attention pattern',
  import.meta.glob<{ default: Pattern }>('./patterns/*.ts', { eager: true }),
);

export function patternOfLetter(letter: string): Pattern {
  const found = patterns.all.find((pattern) => pattern.letter === letter);
  check(
    found,
    `'${letter}' is no layer; write ${patterns.all.map((p) => `${p.letter} (${p.id})`).join(', ')}`,
  );
  return found;
}

/** A pattern with those of the given parameters that it knows, each checked. */
export function patternSpec(id: string, params: Params): PatternSpec {
  const pattern = patterns.get(id);
  const own = Object.entries(pattern.params).map(([name, spec]) => {
    const value = params[name] ?? spec.initial;
    checkParam(name, spec, value);
    return [name, value] as const;
  });
  return { pattern: id, params: Object.fromEntries(own) };
}
