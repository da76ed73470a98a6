/**
 * @file The masks of several layers as text, in two notations: letters, as the stripes of this site (`S*5 G`, `SSSG`,
 * `(S*3 G)*4`), and masks as written (`5*causal & window(4); causal`, stackText.ts). Letters are capital, terms are not.
 *
 *     letters = part { part }
 *     part    = ( letter | "(" letters ")" ) [ "*" number ]
 *
 * Spaces and commas may stand between parts. If there are more layers, the letters repeat: `SSSSSG` of 26 layers ends
 * with two S.
 */
import { check, InputError } from '../core/check';
import type { Expression } from '../attention/expression';
import { write } from '../attention/expression';
import { patterns } from '../attention/registry';
import { MAX_LAYERS } from './doc';
import { readStack } from './stackText';

export interface PlanSizes {
  /** Layers to fill; by default, those that the text names. */
  readonly layers?: number | undefined;
  /** Keys that a layer S reads, the query itself included. */
  readonly window?: number | undefined;
  /** Tokens per summary of a layer A. */
  readonly chunk?: number | undefined;
}

const LONGEST = 40_000;
const DEEPEST = 8;

/** One expression per layer; a single one is for every layer. Throws InputError. */
export function readPlan(text: string, sizes: PlanSizes = {}): readonly Expression[] {
  check(
    text.length <= LONGEST,
    `the plan is ${text.length} characters long; ${LONGEST} at most are read`,
  );
  check(
    text.trim() !== '',
    "the plan is empty; write one letter per layer (S*5 G), or masks such as 'causal & window(4); causal'",
  );
  if (/[a-z]/.test(text)) {
    for (const name of ['window', 'chunk'] as const)
      check(
        sizes[name] === undefined,
        `a ${name} of ${sizes[name]} was given, and '${shortened(text)}' names masks with their own numbers; leave ${name} out, or write letters such as S*5 G`,
      );
    return filling(readStack(text), text, sizes.layers);
  }
  const letters = new Letters(text).all();
  const named = letters.map((letter) => expressionOf(letter, text, sizes));
  for (const name of ['window', 'chunk'] as const)
    check(
      sizes[name] === undefined || letters.some((letter) => reads(letter, name)),
      `a ${name} of ${sizes[name]} was given, and no layer of '${shortened(text)}' has one`,
    );
  return filling(named, text, sizes.layers);
}

function filling(
  named: readonly Expression[],
  text: string,
  layers = named.length,
): readonly Expression[] {
  check(
    named.length <= layers || new Set(named.map(write)).size === 1,
    `'${shortened(text)}' names ${named.length} layers; the masks have ${layers}`,
  );
  return Array.from({ length: layers }, (_, layer) => named[layer % named.length]!);
}

const reads = (letter: string, name: string): boolean =>
  patterns.all.some((one) => one.letter === letter && name in one.params);

function expressionOf(letter: string, text: string, sizes: PlanSizes): Expression {
  const pattern = patterns.all.find((one) => one.letter === letter)!;
  const params: Record<string, number> = {};
  for (const name of Object.keys(pattern.params)) {
    const value = sizes[name as 'window' | 'chunk'];
    check(
      value !== undefined,
      `'${shortened(text)}' has layers ${letter} (${pattern.id}), and no ${name} was given; give it in tokens${name === 'window' ? ', the query itself included' : ''}`,
    );
    check(
      Number.isSafeInteger(value) && value >= 1,
      `the ${name} is ${value}; it should be a whole number of tokens, 1 or more`,
    );
    params[name] = value;
  }
  // As text, so that the numbers are checked as those of any mask that a user writes.
  return readStack(write(pattern.expression(params)))[0]!;
}

const shortened = (text: string): string => {
  const one = text.trim();
  return one.length > 40 ? `${one.slice(0, 39)}…` : one;
};

class Letters {
  #at = 0;

  constructor(readonly text: string) {}

  all(): readonly string[] {
    const all = this.#letters(0);
    if (this.#at < this.text.length) this.#fail('has a bracket that was not opened');
    return all;
  }

  #letters(depth: number): string[] {
    const all: string[] = [];
    for (;;) {
      this.#space();
      const sign = this.text[this.#at];
      if (sign === undefined || sign === ')') break;
      all.push(...this.#part(depth));
      this.#limit(all.length);
    }
    if (all.length === 0) this.#fail('needs a layer');
    return all;
  }

  #part(depth: number): readonly string[] {
    const one = this.#one(depth);
    this.#space();
    if (this.text[this.#at] !== '*') return one;
    this.#at++;
    this.#space();
    const digits = /^\d{1,3}/.exec(this.text.slice(this.#at, this.#at + 3))?.[0];
    if (digits === undefined || Number(digits) === 0)
      this.#fail(`needs the number of layers after '*', 1 to ${MAX_LAYERS},`);
    const times = Number(digits);
    this.#at += digits.length;
    this.#limit(times * one.length);
    return Array.from({ length: times }, () => one).flat();
  }

  #one(depth: number): readonly string[] {
    const sign = this.text[this.#at]!;
    if (sign === '(') {
      if (depth >= DEEPEST) this.#fail(`is nested deeper than ${DEEPEST} brackets`);
      this.#at++;
      const inside = this.#letters(depth + 1);
      if (this.text[this.#at] !== ')') this.#fail("needs a ')'");
      this.#at++;
      return inside;
    }
    if (!patterns.all.some(({ letter }) => letter === sign)) {
      const known = patterns.all.map(({ letter, id }) => `${letter} (${id})`).join(', ');
      // In other notations L is the long layer, or the local one.
      this.#fail('has no layer', `; the layers are ${known}`);
    }
    this.#at++;
    return [sign];
  }

  #limit(layers: number): void {
    check(
      layers <= MAX_LAYERS,
      `'${shortened(this.text)}' names more than ${MAX_LAYERS} layers; up to ${MAX_LAYERS} are read`,
    );
  }

  #space(): void {
    while (/[\s,]/.test(this.text[this.#at] ?? '')) this.#at++;
  }

  #fail(what: string, help = ''): never {
    const here = this.text.slice(this.#at, this.#at + 12);
    throw new InputError(
      `the plan '${shortened(this.text)}' ${what} at character ${this.#at + 1}${here === '' ? ', at its end' : `, before '${here}'`}${help}`,
    );
  }
}
