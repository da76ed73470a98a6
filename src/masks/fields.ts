/** @file The fields of a foreign file, each read by name and checked for its type and range. */
import { check } from '../core/check';
import { Fields as Asked } from '../core/fields';
import { parseJson, text } from '../core/schema';
import { BY_NAME, shown, type Place } from '../core/place';

/** Maximum layers: more than any config of one model has. */
const LARGEST = 2 ** 24; // characters; it may contain masks as rows

export class Fields extends Asked {
  constructor(value: unknown, at: string | Place) {
    super(value, at, BY_NAME);
  }

  /** The same fields, with others replacing some of them. */
  with(others: Readonly<Record<string, unknown>>): Fields {
    return new Fields({ ...this.record, ...others }, this.place);
  }

  /** The same fields over defaults, which apply where a field is missing; null means 'none' and is kept. */
  over(defaults: Readonly<Record<string, unknown>>): Fields {
    return new Fields({ ...defaults, ...this.record }, this.place);
  }

  /** Under the names used here: {name here: name in the file}. */
  renamed(names: Readonly<Record<string, string>>): Fields {
    const found = Object.entries(names).filter(
      ([name, other]) => !this.has(name) && this.has(other),
    );
    return this.with(Object.fromEntries(found.map(([name, other]) => [name, this.get(other)])));
  }

  /** The raw value; null counts as missing. */
  override get(name: string): unknown {
    return super.get(name) ?? undefined;
  }

  /** Whether it is explicitly null. Some families take null as 'none', and a missing field as the default. */
  isNull(name: string): boolean {
    return super.get(name) === null;
  }

  word(name: string): string | undefined {
    return this.has(name) ? this.take(name, WORD) : undefined;
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

  /** One of these per layer, under current names; undefined if missing. */
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

const WORD = text({ longest: 200, empty: true, should: 'a word' });

/** Throws InputError for anything but a JSON object of reasonable length. */
export function parse(text: string, what: string): Fields {
  check(
    text.length <= LARGEST,
    `${what} is ${text.length} characters long; ${LARGEST} at most are read`,
  );
  const refusal = `${what} is not complete JSON; open the config.json of a model`;
  return new Fields(parseJson(text, refusal), what);
}
