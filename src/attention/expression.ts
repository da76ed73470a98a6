/**
 * @file Masks written as terms: `causal & (window(4) | sink(2)) & !padding(2, 0)`. Parsed, written, evaluated and explained.
 *
 * & binds closer than |, ! closest. A term or group after ~ is switched off: it stays but has no effect. Rows that no term describes appear as given: `rows(AUAAAQ…)`, or under the name of a long text, `rows(#96-…)`.
 */
import { check, InputError } from '../core/check';
import { checkParam } from '../core/params';
import { registryOf } from '../core/registry';
import { byName, readRows, rowsNamed } from './given';
import { positionOf, remembered, type Mask } from './mask';
import { clip, complement, has, intersect, run, union, type Runs } from './runs';
import type { Term } from './term';

export const terms = registryOf<Term>(
  'mask term',
  import.meta.glob<{ default: Term }>('./terms/*.ts', { eager: true }),
);

export type Expression =
  | {
      readonly kind: 'term';
      readonly term: string;
      readonly numbers: readonly number[];
      readonly off?: boolean;
    }
  /** As src/attention/given.ts writes them. */
  | { readonly kind: 'rows'; readonly content: string; readonly off?: boolean }
  | { readonly kind: 'not'; readonly of: Expression; readonly off?: boolean }
  | {
      readonly kind: 'and' | 'or';
      readonly of: readonly Expression[];
      readonly off?: boolean;
    };

const LONGEST = 2000; // characters, long rows by their names
const DEEPEST = 24;
/** Numbers of one term. */
export const MAX_NUMBERS = 256;

export const term = (id: string, ...numbers: number[]): Expression => ({
  kind: 'term',
  term: id,
  numbers,
});
export const and = (...of: Expression[]): Expression => ({ kind: 'and', of });
export const or = (...of: Expression[]): Expression => ({ kind: 'or', of });
export const not = (of: Expression): Expression => ({ kind: 'not', of });

/** Rows as they were given. */
export const rowsOf = (content: string): Expression => ({ kind: 'rows', content });

/** The rows in it, each as it was given. */
export function rowsIn(expression: Expression): readonly string[] {
  if (expression.kind === 'term') return [];
  if (expression.kind === 'rows') return [expression.content];
  return expression.kind === 'not' ? rowsIn(expression.of) : expression.of.flatMap(rowsIn);
}

/** The numbers of its terms, in written order. */
export function numbersIn(expression: Expression): readonly number[] {
  if (expression.kind === 'rows') return [];
  return expression.kind === 'term'
    ? expression.numbers
    : expression.kind === 'not'
      ? numbersIn(expression.of)
      : expression.of.flatMap(numbersIn);
}

// ------------------------------------------------------------------------------------------------- worked out

/** Keys, out of `keys`, that a query at `position` may read; undefined if everything is switched off. */
function rowOf(expression: Expression, position: number, keys: number): Runs | undefined {
  if (expression.off) return undefined;
  switch (expression.kind) {
    case 'term':
      // A term may not know how long the sequence is, so keys beyond its end are cut off.
      return clip(terms.get(expression.term).row(position, keys, expression.numbers), 0, keys);
    case 'rows': {
      // Queries outside the given rows read nothing.
      return clip(readRows(expression.content).row(position), 0, keys);
    }
    case 'not': {
      const of = rowOf(expression.of, position, keys);
      return of && complement(of, keys);
    }
    case 'and':
    case 'or': {
      const combine = expression.kind === 'and' ? intersect : union;
      let rows: Runs | undefined;
      for (const one of expression.of) {
        const row = rowOf(one, position, keys);
        if (row) rows = rows ? combine(rows, row) : row;
      }
      return rows;
    }
  }
}

/** The mask of an expression; if nothing is switched on, everything may be read. */
export function maskOf(expression: Expression, keys: number, queries = keys): Mask {
  return remembered({
    queries,
    keys,
    row: (q) => rowOf(expression, positionOf({ queries, keys }, q), keys) ?? run(0, keys),
  });
}

// ------------------------------------------------------------------------------------------------- asked why

export interface Verdict {
  readonly allowed: boolean;
  /** The smallest parts that decide it, as written: those that block it, or those that let it through. */
  readonly because: readonly string[];
}

/** Whether the query at `position` may read `key` of `keys`, and which parts say so. */
export function verdictOf(
  expression: Expression,
  position: number,
  key: number,
  keys: number,
): Verdict {
  if (expression.off) return { allowed: true, because: [] };
  switch (expression.kind) {
    case 'term':
    case 'rows': {
      const allowed = has(rowOf(expression, position, keys) ?? [], key);
      return { allowed, because: [brief(expression)] };
    }
    case 'not': {
      if (rowOf(expression, position, keys) === undefined) return { allowed: true, because: [] };
      const { allowed } = verdictOf(expression.of, position, key, keys);
      return { allowed: !allowed, because: [brief(expression)] };
    }
    case 'and':
    case 'or': {
      const on = expression.of.filter((one) => rowOf(one, position, keys) !== undefined);
      const verdicts = on.map((one) => verdictOf(one, position, key, keys));
      if (verdicts.length === 0) return { allowed: true, because: [] };
      const allowed =
        expression.kind === 'and'
          ? verdicts.every((one) => one.allowed)
          : verdicts.some((one) => one.allowed);
      const deciding = verdicts.filter((one) => one.allowed === allowed);
      return { allowed, because: deciding.flatMap(({ because }) => because) };
    }
  }
}

// ------------------------------------------------------------------------------------------------- written

/** As `write`, but with long rows by name: for display and as keys. `read` knows the names of rows it has seen. */
export const brief = (expression: Expression): string => byName(write(expression));

/** Nothing is abbreviated, so it can be read anywhere. */
export function write(expression: Expression): string {
  const off = expression.off ? '~' : '';
  switch (expression.kind) {
    case 'term': {
      const { numbers } = expression;
      const brackets = numbers.length > 0 || terms.get(expression.term).bracketed;
      return `${off}${expression.term}${brackets ? `(${numbers.join(', ')})` : ''}`;
    }
    case 'rows':
      return `${off}rows(${expression.content})`;
    case 'not':
      return `${off}!${bracketed(expression.of)}`;
    case 'and':
    case 'or': {
      // Only an & group inside | needs no brackets; a group inside one of its own kind keeps them, to preserve the
      // user's grouping.
      const parts = expression.of.map((one) =>
        isGroup(one) && !(expression.kind === 'or' && one.kind === 'and' && !one.off)
          ? bracketed(one)
          : write(one),
      );
      const text = parts.join(expression.kind === 'and' ? ' & ' : ' | ');
      return off ? `~(${text})` : text;
    }
  }
}

const isGroup = ({ kind }: Expression) => kind === 'and' || kind === 'or';
const bracketed = (one: Expression) => (isGroup(one) && !one.off ? `(${write(one)})` : write(one));

// ------------------------------------------------------------------------------------------------- read

/** Throws InputError with one sentence saying where the mistake is and what would be right. */
export function read(text: string): Expression {
  const { length: long } = text.length > LONGEST ? byName(text) : text;
  check(long <= LONGEST, `the mask is ${long} characters long; ${LONGEST} at most are read`);
  const reader = new Reader(text);
  const expression = reader.either(0);
  reader.end();
  // The result is passed on as `write` writes it, with its spaces, and must be readable again from that.
  const { length } = brief(expression);
  check(
    length <= LONGEST,
    `the mask is ${length} characters long as it is kept; ${LONGEST} at most are`,
  );
  return expression;
}

const known = () => terms.all.map(({ id }) => id).join(', ');

class Reader {
  #at = 0;
  constructor(readonly text: string) {}

  either(depth: number): Expression {
    return this.#chain('or', '|', () => this.#both(depth));
  }

  #both(depth: number): Expression {
    return this.#chain('and', '&', () => this.#one(depth));
  }

  #chain(kind: 'and' | 'or', sign: string, next: () => Expression): Expression {
    const of = [next()];
    while (this.#take(sign)) of.push(next());
    return of.length === 1 ? of[0]! : { kind, of };
  }

  #one(depth: number): Expression {
    if (depth > DEEPEST) this.#fail(`is nested deeper than ${DEEPEST} brackets`);
    if (this.#take('~')) return { ...this.#one(depth + 1), off: true };
    if (this.#take('!')) return { kind: 'not', of: this.#one(depth + 1) };
    if (this.#take('(')) {
      const inside = this.either(depth + 1);
      if (!this.#take(')')) this.#fail(`needs a ')'`);
      return inside;
    }
    return this.#term();
  }

  #term(): Expression {
    this.#space();
    const from = this.#at;
    const name = this.#match(/[a-z]+/y);
    if (!name) this.#fail('needs a term', `; the terms are ${known()}`);
    if (name === 'rows') return this.#rows();
    if (!terms.has(name))
      throw new InputError(
        `the mask has '${name}' at character ${from + 1}; the terms are ${known()}`,
      );
    const numbers: number[] = [];
    if (this.#take('(') && !this.#take(')')) {
      do {
        const digits = this.#match(/\d{1,9}/y);
        if (!digits) this.#fail(`needs a whole number`);
        numbers.push(Number(digits));
      } while (this.#take(','));
      if (!this.#take(')')) this.#fail(`needs a ')'`);
    }
    const expression = { kind: 'term', term: name, numbers } as const;
    checkTerm(expression);
    return expression;
  }

  #rows(): Expression {
    if (!this.#take('(')) this.#fail(`needs '(' and rows as they were given`);
    const named = this.#match(/#[0-9a-f-]*/y);
    const content = named ? rowsNamed(named) : this.#match(/[A-Za-z0-9_-]+/y);
    check(
      content !== undefined,
      `the mask names rows ${named}, which are not kept in this browser: they are too long for an address, and stand in the file of the model or comparison, or of the masks, that was saved with them. Open that file, or open the address in the browser it was made in`,
    );
    if (!content) this.#fail('needs rows as they were given');
    if (!this.#take(')')) this.#fail(`needs a ')'`);
    readRows(content); // says what is wrong with them
    return rowsOf(content);
  }

  end(): void {
    this.#space();
    if (this.#at < this.text.length) this.#fail(`needs '&', '|' or its end`);
  }

  #space(): void {
    while (/\s/.test(this.text[this.#at] ?? '')) this.#at++;
  }

  #take(sign: string): boolean {
    this.#space();
    if (this.text[this.#at] !== sign) return false;
    this.#at++;
    return true;
  }

  #match(pattern: RegExp): string {
    this.#space();
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #fail(what: string, help = ''): never {
    this.#space();
    const here = this.text.slice(this.#at, this.#at + 12);
    throw new InputError(
      `the mask ${what} at character ${this.#at + 1}${here ? `, before '${here}'` : ', at its end'}${help}`,
    );
  }
}

function checkTerm({ term: id, numbers }: Expression & { kind: 'term' }): void {
  const { params, rest } = terms.get(id);
  const most = rest ? MAX_NUMBERS : params.length;
  check(
    numbers.length >= params.length && numbers.length <= most,
    `${id} has ${numbers.length} number${numbers.length === 1 ? '' : 's'}; it should have ${rest ? `${params.length} to ${most}` : params.length}${params.length > 0 ? `: ${id}(${params.map(({ label }) => label).join(', ')})` : ''}`,
  );
  numbers.forEach((number, i) => {
    const spec = params[i] ?? rest!;
    checkParam(`${spec.label} of ${id}`, spec, number);
  });
}
