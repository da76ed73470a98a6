/**
 * @file Every pattern in ./patterns, found automatically: a new file appears in the stripe editor, the URL and the
 * tests. Any mask is a pattern too: a layer's pattern is the id of one of these, or an expression such as 'causal &
 * chunk(8)'.
 */
import { check, InputError } from '../core/check';
import { checkParam, type Params } from '../core/params';
import { Registry, registryOf } from '../core/registry';
import { maskPattern } from './maskPattern';
import type { Pattern, PatternSpec } from './pattern';

class Patterns extends Registry<Pattern> {
  /** By id, or by an expression; throws InputError if it is neither. */
  override get(id: string): Pattern {
    if (this.has(id)) return super.get(id);
    try {
      return maskPattern(id);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const named = this.all.map((pattern) => pattern.id).join(', ');
      throw new InputError(
        `no ${this.noun} is called '${id.slice(0, 40)}' (there are ${named}), and as a mask it cannot be read: ${error.message}`,
      );
    }
  }
}

const found = registryOf<Pattern>(
  'attention pattern',
  import.meta.glob<{ default: Pattern }>('./patterns/*.ts', { eager: true }),
);

export const patterns = new Patterns(found.noun, found.all);

export function patternOfLetter(letter: string): Pattern {
  const found = patterns.all.find((pattern) => pattern.letter === letter);
  check(
    found,
    `'${letter}' is not a layer; write ${patterns.all.map((p) => `${p.letter} (${p.id})`).join(', ')}, or the number of a mask`,
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
  return { pattern: pattern.id, params: Object.fromEntries(own) };
}
