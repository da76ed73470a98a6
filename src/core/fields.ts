/** @file The fields of a value that somebody else wrote, each asked for by name and checked; what nobody asked for is refused. */
import { check } from './check';

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

export class Fields {
  readonly #own: Readonly<Record<string, unknown>>;
  readonly #asked = new Set<string>();

  /** `what` names the value in every message. Throws InputError where it is no object. */
  constructor(
    value: unknown,
    readonly what: string,
  ) {
    check(isRecord(value), `${what} is ${shown(value)}; it should be an object`);
    this.#own = value;
  }

  has(name: string): boolean {
    this.#asked.add(name);
    return Object.hasOwn(this.#own, name) && this.#own[name] !== undefined;
  }

  get(name: string): unknown {
    return this.has(name) ? this.#own[name] : undefined;
  }

  number(name: string, { min, max }: Bounds, otherwise?: number): number {
    const value = this.get(name) ?? otherwise;
    check(
      typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max,
      `${name} of ${this.what} is ${shown(value)}; it should be a number from ${min} to ${max}`,
    );
    return value;
  }

  whole(name: string, bounds: Bounds, otherwise?: number): number {
    const value = this.number(name, bounds, otherwise);
    check(
      Number.isInteger(value),
      `${name} of ${this.what} is ${value}; it should be a whole number`,
    );
    return value;
  }

  /** A string that is not empty; `otherwise` where it is missing. */
  string(name: string, otherwise?: string): string {
    const value = this.get(name) ?? otherwise;
    check(
      typeof value === 'string' && (value !== '' || otherwise === '') && value.length <= 4000,
      `${name} of ${this.what} is ${shown(value)}; it should be words`,
    );
    return value;
  }

  flag(name: string, otherwise = false): boolean {
    const value = this.get(name) ?? otherwise;
    check(
      typeof value === 'boolean',
      `${name} of ${this.what} is ${shown(value)}; it should be true or false`,
    );
    return value;
  }

  oneOf<T extends string>(name: string, options: readonly T[], otherwise?: T): T {
    const value = this.get(name) ?? otherwise;
    check(
      options.includes(value as T),
      `${name} of ${this.what} is ${shown(value)}; it should be one of ${options.join(', ')}`,
    );
    return value as T;
  }

  list(name: string, { min, max }: Bounds): readonly unknown[] {
    const value = this.get(name) ?? (min === 0 ? [] : undefined);
    check(
      Array.isArray(value) && value.length >= min && value.length <= max,
      `${name} of ${this.what} is ${Array.isArray(value) ? `a list of ${value.length}` : shown(value)}; it should be a list of ${min === max ? min : `${min} to ${max}`}`,
    );
    return value as readonly unknown[];
  }

  strings(name: string, bounds: Bounds): readonly string[] {
    return this.list(name, bounds).map((one, i) => {
      check(
        typeof one === 'string' && one !== '' && one.length <= 4000,
        `${name} of ${this.what}, number ${i + 1}, is ${shown(one)}; it should be words`,
      );
      return one;
    });
  }

  /** Refuses whatever was not asked for: a word misspelt would else be passed over in silence. */
  end(): void {
    const extra = Object.keys(this.#own).find((name) => !this.#asked.has(name));
    check(
      extra === undefined,
      `${shown(extra)} of ${this.what} is not known; there are ${[...this.#asked].join(', ')}`,
    );
  }

  names(): readonly string[] {
    return Object.keys(this.#own);
  }
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Foreign values in a message: short, on one line. */
export function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  if (isRecord(value)) return 'an object';
  const text = JSON.stringify(value) ?? 'no JSON';
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
