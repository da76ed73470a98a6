/**
 * @file Schemas for values from outside: one definition both checks a value and gives its type.
 *
 * A schema is a function, so schemas that a page does not use are not in its bundle, and a schema may depend on what was read before
 * (as many losses as tokens of context). That, and sentences that call a place by its name ("loss of run 3"), is why
 * we do not use a library: Valibot's schemas are fixed before there is a value, and its messages learn their place only
 * after they have been written. Valibot also mistakes inherited names such as "constructor" for fields that were given.
 *
 * A wrong value is refused with an InputError that says which value it is, what was given, what it should be, and where
 * it is.
 */
import { InputError } from './check';
import { Place, isRecord } from './place';

export type Schema<T> = (value: unknown, place: Place) => T;
/** The type of what a schema gives back. */
export type TypeOf<S> = S extends Schema<infer T> ? T : never;

// --------------------------------------------------------------------------------------------------------- reading

/** JSON, or InputError with this sentence. Bytes are UTF-8. */
export function parseJson(text: string | Uint8Array, refusal: string): unknown {
  try {
    return JSON.parse(
      typeof text === 'string' ? text : new TextDecoder('utf-8', { fatal: true }).decode(text),
    );
  } catch {
    throw new InputError(refusal);
  }
}

/** Undefined if the value does not fit: for stores and answers, which then simply count as empty. */
export function readable<T>(schema: Schema<T>, value: unknown): T | undefined {
  try {
    return schema(value, NOWHERE);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
const NOWHERE = new Place('it');

/** The same for JSON. */
export const readableJson = <T>(schema: Schema<T>, json: string): T | undefined =>
  readable((_, place) => schema(parseJson(json, 'it is not JSON'), place), json);

// --------------------------------------------------------------------------------------------------------- schemas

export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

const range = (kind: string, { min = -Infinity, max = Infinity }: Bounds): string =>
  max < Infinity
    ? `${kind} from ${min} to ${max}`
    : min > -Infinity
      ? `${kind}, ${min} or more`
      : kind;

const within = (value: number, { min = -Infinity, max = Infinity }: Bounds) =>
  value >= min && value <= max;

export const anything: Schema<unknown> = (value) => value;

/** Finite. */
export const number =
  (bounds: Bounds = {}, kind = 'a number'): Schema<number> =>
  (value, place) => {
    const fits = typeof value === 'number' && Number.isFinite(value) && within(value, bounds);
    place.expect(fits, value, range(kind, bounds));
    return value as number;
  };

export const whole =
  ({ min = 0, ...bounds }: Bounds = {}): Schema<number> =>
  (value, place) => {
    const fits = isWhole(value) && within(value, { min, ...bounds });
    place.expect(fits, value, range('a whole number', { min, ...bounds }));
    return value as number;
  };

interface TextRules {
  readonly longest?: number; // characters
  readonly empty?: boolean;
  readonly like?: RegExp;
  readonly should?: string;
}

export const text =
  ({ longest = 4000, empty = false, like, should = 'words' }: TextRules = {}): Schema<string> =>
  (value, place) => {
    const fits =
      typeof value === 'string' &&
      (empty || value !== '') &&
      value.length <= longest &&
      (like?.test(value) ?? true);
    place.expect(fits, value, should);
    return value as string;
  };

export const words = text({ longest: 200, should: 'a few words' });
export const day = text({ like: /^\d{4}-\d{2}-\d{2}$/, should: 'a date like 2026-11-30' });

export const flag: Schema<boolean> = (value, place) => {
  place.expect(typeof value === 'boolean', value, 'true or false');
  return value as boolean;
};

export const oneOf =
  <const T>(options: readonly T[], should = `one of ${options.join(', ')}`): Schema<T> =>
  (value, place) => {
    place.expect(options.includes(value as T), value, should);
    return value as T;
  };

/** One value and no other, with a sentence of its own: formats and versions. `of` is what the value is part of. */
export const only =
  <const T>(one: T, refusal: (shown: string, of: string) => string): Schema<T> =>
  (value, place) => {
    place.check(value === one, refusal(place.style.shown(value), place.owner));
    return one;
  };

interface ListRules extends Bounds {
  /** What entry n (from 1) of the list is called; `of` is what the list belongs to. */
  readonly each?: (n: number, of: string) => string;
}

export const list =
  <T>(entry: Schema<T>, { min = 0, max = Infinity, each }: ListRules = {}): Schema<readonly T[]> =>
  (value, place) => {
    const all: readonly unknown[] | undefined = Array.isArray(value) ? value : undefined;
    const size = min === max ? ` of ${min}` : max < Infinity ? ` of ${min} to ${max}` : '';
    place.check(
      all && within(all.length, { min, max }),
      `${place.what} is ${all ? `a list of ${all.length}` : place.style.shown(value)}; it should be a list${size}`,
    );
    return all!.map((one, i) => entry(one, place.item(i, each)));
  };

/** Finite numbers, 0 or more, exactly `length` of them. Columns are long, so one error message covers all their entries. */
export const column =
  (length: number): Schema<readonly number[]> =>
  (value, place) => {
    const all = list(anything)(value, place);
    place.check(
      all.length === length,
      `${place.what} has ${all.length} numbers; it should have ${length}`,
    );
    place.check(all.every(isFrom0), `${place.what} should be finite numbers, 0 or more`);
    return all as readonly number[];
  };

type Optional<T> = Schema<T> & { readonly optional: true };
type Lenient<T> = Schema<T | undefined> & { readonly lenient: true };
type MayMiss = { readonly optional: true } | { readonly lenient: true };
type Fields = Readonly<Record<string, Schema<unknown>>>;
type ObjectOf<F extends Fields> = {
  readonly [K in keyof F as F[K] extends MayMiss ? never : K]: TypeOf<F[K]>;
} & {
  readonly [K in keyof F as F[K] extends MayMiss ? K : never]?: Exclude<TypeOf<F[K]>, undefined>;
};
type Flat<T> = { [K in keyof T]: T[K] };

/** A field that may be missing, and is then left out of the result. */
export const optional = <T>(schema: Schema<T>): Optional<T> =>
  Object.assign((value: unknown, place: Place) => schema(value, place), {
    optional: true as const,
  });

/** A field added after the format was introduced; `meant` is what older files mean by leaving it out. */
export const added =
  <T>(schema: Schema<T>, meant: T): Schema<T> =>
  (value, place) =>
    value === undefined ? meant : schema(value, place);

/** The fields, in their order. Other names are refused, because a misspelt one would otherwise be ignored silently. */
export const object =
  <F extends Fields>(
    fields: F,
    others: 'refused' | 'ignored' = 'refused',
  ): Schema<Flat<ObjectOf<F>>> =>
  (value, place) => {
    const given = record(value, place);
    const read = Object.entries(fields).flatMap(([name, schema]) => {
      const one = Object.hasOwn(given, name) ? given[name] : undefined;
      if (one === undefined && 'optional' in schema) return [];
      const field = schema(one, place.field(name));
      return field === undefined && 'lenient' in schema ? [] : [[name, field]];
    });
    if (others === 'refused') known(given, Object.keys(fields), place);
    return Object.fromEntries(read) as Flat<ObjectOf<F>>;
  };

/** Refuses the first name that is not one of these. */
export function known(given: object, names: readonly string[], place: Place): void {
  const extra = Object.keys(given).find((name) => !names.includes(name));
  if (extra !== undefined)
    place.check(false, place.style.unknown(place.inside, place.style.shown(extra), names));
}

export const record: Schema<Readonly<Record<string, unknown>>> = (value, place) => {
  place.expect(isRecord(value), value, 'an object');
  return value as Readonly<Record<string, unknown>>;
};

/** The result of a schema, checked further or turned into something else. */
export const refine =
  <T, U>(schema: Schema<T>, read: (value: T, place: Place) => U): Schema<U> =>
  (value, place) =>
    read(schema(value, place), place);

type Name = string | ((of: string) => string);

/** An object whose names are not known in advance; entries whose name or value does not fit are left out. At most `most` are read. */
export const dictionary =
  <T>(name: Schema<string>, entry: Schema<T>, most: number): Schema<Readonly<Record<string, T>>> =>
  (value, place) =>
    Object.fromEntries(
      Object.entries(record(value, place))
        .slice(0, most)
        .flatMap(([key, one]) => {
          const read = readable(name, key) === undefined ? undefined : readable(entry, one);
          return read === undefined ? [] : [[key, read] as const];
        }),
    );

/**
 * A field that is left out if it is missing or does not fit: for stores, in which a damaged part merely counts as
 * missing.
 */
export const ifReadable = <T>(schema: Schema<T>): Lenient<T> =>
  Object.assign((value: unknown) => readable(schema, value), { lenient: true as const });

/** Gives a place its own name; `inside` is what its fields are named after. Either may be a function of what the place is a part of. */
export const called =
  <T>(what: string | ((of: string) => string), schema: Schema<T>, inside = what): Schema<T> =>
  (value, place) => {
    const say = (one: Name) => (typeof one === 'string' ? one : one(place.owner));
    return schema(value, place.called(say(what), say(inside)));
  };

/** 'the steps of run 1': a part that has its own name, while what is inside it is named after the whole. */
export const part = <T>(name: string, schema: Schema<T>): Schema<T> =>
  called(
    (of) => `${name} of ${of}`,
    schema,
    (of) => of,
  );

export const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);

const isFrom0 = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;

/** Some fields of an object. */
export const pick = <T extends object, K extends keyof T>(
  from: T,
  names: readonly K[],
): Pick<T, K> => Object.fromEntries(names.map((name) => [name, from[name]])) as Pick<T, K>;
