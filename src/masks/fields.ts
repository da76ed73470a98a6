/** @file The fields of a foreign file, each read by name and checked for its type and range. */
import { check, InputError } from '../core/check';
import { isRecord, shown, type Bounds } from '../core/fields';

/** Longer than any config of one model. */
const LARGEST = 2 ** 24; // characters; it may contain masks as rows

export class Fields {
  readonly #own: Readonly<Record<string, unknown>>;

  constructor(
    value: unknown,
    readonly what: string,
  ) {
    check(isRecord(value), `${what} is ${shown(value)}; it should be an object`);
    this.#own = value;
  }

  /** The fields as they were read. */
  get record(): Readonly<Record<string, unknown>> {
    return this.#own;
  }

  /** The same fields, with others replacing some of them. */
  with(others: Readonly<Record<string, unknown>>): Fields {
    return new Fields({ ...this.#own, ...others }, this.what);
  }

  /** The same fields over defaults, which apply where a field is missing; null means 'none' and is kept. */
  over(defaults: Readonly<Record<string, unknown>>): Fields {
    return new Fields({ ...defaults, ...this.#own }, this.what);
  }

  /** Under the names used here: {name here: name in the file}. */
  renamed(names: Readonly<Record<string, string>>): Fields {
    const found = Object.entries(names).filter(
      ([name, other]) => !this.has(name) && this.has(other),
    );
    return this.with(Object.fromEntries(found.map(([name, other]) => [name, this.get(other)])));
  }

  /** Is it there, and not null? */
  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** The raw value; null counts as missing. */
  get(name: string): unknown {
    return Object.hasOwn(this.#own, name) ? (this.#own[name] ?? undefined) : undefined;
  }

  /** Is it explicitly null? Some families take that as 'none', and a missing field as the default. */
  isNull(name: string): boolean {
    return Object.hasOwn(this.#own, name) && this.#own[name] === null;
  }

  /** A whole number, or `otherwise` where it is missing; required if `otherwise` is omitted. */
  whole(name: string, { min, max }: Bounds, otherwise?: number): number {
    const value = this.get(name) ?? otherwise;
    check(
      typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max,
      `${name} is ${shown(value)}; it should be a whole number from ${min} to ${max}`,
    );
    return value;
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.get(name) ?? otherwise;
    check(typeof value === 'boolean', `${name} is ${shown(value)}; it should be true or false`);
    return value;
  }

  word(name: string): string | undefined {
    const value = this.get(name);
    check(
      value === undefined || (typeof value === 'string' && value.length <= 200),
      `${name} is ${shown(value)}; it should be a word`,
    );
    return value;
  }

  /** Strings or null, one per layer. */
  words(name: string, layers: number): readonly (string | undefined)[] {
    const value = this.get(name);
    check(
      Array.isArray(value) && value.length === layers,
      `${name} is ${Array.isArray(value) ? `a list of ${value.length}` : shown(value)}; it should be a list of ${layers}, one for each layer`,
    );
    return value.map((one: unknown, i) => {
      check(
        one === null || typeof one === 'string',
        `${name} says ${shown(one)} of layer ${i + 1}; it should be text or null`,
      );
      return one ?? undefined;
    });
  }

  /** One of these per layer, under current names; undefined where missing. */
  perLayer<T>(
    name: string,
    layers: number,
    kinds: readonly T[],
    renamed: Readonly<Record<string, string>> = {},
  ): readonly T[] | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    check(Array.isArray(value), `${name} is ${shown(value)}; it should be a list`);
    check(
      value.length === layers,
      `${name} names ${value.length} layers, num_hidden_layers is ${layers}; they should be the same`,
    );
    return value.map((one: unknown, i) => {
      const today = typeof one === 'string' && Object.hasOwn(renamed, one) ? renamed[one] : one;
      check(
        kinds.includes(today as T),
        `${name} says ${shown(one)} of layer ${i + 1}; what can be read is ${kinds.join(', ')}`,
      );
      return today as T;
    });
  }
}

/** Throws InputError for anything but a JSON object of reasonable length. */
export function parse(text: string, what: string): Fields {
  check(
    text.length <= LARGEST,
    `${what} is ${text.length} characters long; ${LARGEST} at most are read`,
  );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError(`${what} is not complete JSON; open the config.json of a model`);
  }
  return new Fields(value, what);
}
