/**
 * @file Reads the fields of an object from outside one by one, by name: for formats in which one field decides which
 * fields follow. The checks and their messages are those of ./schema; fields that were never requested are refused.
 */
import {
  flag,
  known,
  list,
  number,
  oneOf,
  record,
  text,
  whole,
  type Bounds as SchemaBounds,
  type Schema,
} from './schema';
import { OF, Place, shown, type Style } from './place';

/** Minimum and maximum, both inclusive, of a value that users can set. */
export type Bounds = Required<SchemaBounds>;

export class Fields {
  readonly #own: Readonly<Record<string, unknown>>;
  readonly #asked = new Set<string>();
  readonly place: Place;

  /** `at` names the value in every message. Throws InputError if it is not an object. */
  constructor(value: unknown, at: string | Place, style: Style = OF) {
    this.place = typeof at === 'string' ? new Place(at, style) : at;
    this.#own = record(value, this.place);
  }

  get what(): string {
    return this.place.what;
  }

  /** The fields as they were read. */
  get record(): Readonly<Record<string, unknown>> {
    return this.#own;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** The raw value; undefined if it is missing. */
  get(name: string): unknown {
    this.#asked.add(name);
    return Object.hasOwn(this.#own, name) ? this.#own[name] : undefined;
  }

  /** `otherwise` if it is missing or null; if `otherwise` is not given, the field is required. */
  take<T>(name: string, schema: Schema<T>, otherwise?: T): T {
    return schema(this.get(name) ?? otherwise, this.place.field(name));
  }

  number(name: string, bounds: Bounds, otherwise?: number): number {
    return this.take(name, number(bounds), otherwise);
  }

  whole(name: string, bounds: Bounds, otherwise?: number): number {
    return this.take(name, whole(bounds), otherwise);
  }

  /** A nonempty string; `otherwise` if it is missing. */
  string(name: string, otherwise?: string): string {
    return this.take(name, text({ empty: otherwise === '' }), otherwise);
  }

  flag(name: string, otherwise = false): boolean {
    return this.take(name, flag, otherwise);
  }

  oneOf<T extends string>(name: string, options: readonly T[], otherwise?: T): T {
    return this.take(name, oneOf(options), otherwise);
  }

  list(name: string, bounds: Bounds): readonly unknown[] {
    return this.items(name, (value) => value, bounds);
  }

  strings(name: string, bounds: Bounds): readonly string[] {
    return this.items(name, text(), bounds);
  }

  /** A list, which may be missing if it may also be empty. */
  items<T>(name: string, entry: Schema<T>, bounds: Bounds): readonly T[] {
    const value = this.get(name) ?? (bounds.min === 0 ? [] : undefined);
    return list(entry, bounds)(value, this.place.field(name));
  }

  /** Refuses every field that was not requested: a misspelt name would otherwise be silently ignored. */
  end(): void {
    known(this.#own, [...this.#asked], this.place);
  }

  names(): readonly string[] {
    return Object.keys(this.#own);
  }
}

export { shown };
