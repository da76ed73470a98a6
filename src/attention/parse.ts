/** @file A mask written as terms, parsed: errors say where the mistake is and what would be right. */
import { check, InputError } from '../core/check';
import { checkParam } from '../core/params';
import { readRows } from './given';
import { byName, rowsNamed } from './rowNames';
import { terms, type Expression, rowsOf, brief } from './expression';

const LONGEST = 2000; // characters, with long rows as their names
const DEEPEST = 24;
/** Numbers of one term. */
export const MAX_NUMBERS = 256;

/** Throws InputError with one sentence saying where the mistake is and what would be right. */
export function read(text: string): Expression {
  const { length: long } = text.length > LONGEST ? byName(text) : text;
  check(long <= LONGEST, `the mask is ${long} characters long; ${LONGEST} at most are read`);
  const reader = new Reader(text);
  const expression = reader.either(0);
  reader.end();
  // Callers pass the result on as `write` writes it, with spaces, so that longer text must be readable too.
  const { length } = brief(expression);
  check(
    length <= LONGEST,
    `the mask is ${length} characters long when it is written out; at most ${LONGEST} are read`,
  );
  return expression;
}

/** Names that others use, by how they are written here. */
const ELSEWHERE: readonly (readonly [written: string, ...names: string[]])[] = [
  ['causal | ahead(1)', 'full', 'bidirectional', 'all', 'dense', 'everything', 'none'],
  ['causal', 'autoregressive', 'triangular', 'tril', 'lower'],
  ['causal & window(4)', 'sliding', 'local', 'swa', 'band', 'banded'],
  ['causal & chunk(4)', 'chunked'],
  ['causal & documents(5, 9)', 'document', 'block', 'segment', 'segments', 'packed'],
  ['!', 'not'],
  ['!padding(2, 0)', 'pad', 'padded', 'unpadded'],
  ['dilated(2)', 'strided', 'stride'],
];

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
    const [written] = ELSEWHERE.find(([, ...names]) => names.includes(name)) ?? [];
    check(
      written === undefined,
      `the mask has '${name}' at character ${from + 1}; here that is written ${written}`,
    );
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
      `the mask names rows ${named}, which are not kept in this browser: they are too long for an address, and are in the file of the model, comparison or masks that was saved with them. Open that file, or open the address in the browser it was made in`,
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
    `${id} has ${numbers.length} ${numbers.length === 1 ? 'number' : 'numbers'}; it should have ${rest ? `${params.length} to ${most}` : params.length}${params.length > 0 ? `: ${id}(${params.map(({ label }) => label).join(', ')})` : ''}`,
  );
  numbers.forEach((number, i) => {
    const spec = params[i] ?? rest!;
    checkParam(`${spec.label} of ${id}`, spec, number);
  });
}
