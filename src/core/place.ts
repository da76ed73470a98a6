/** @file A place in a foreign value that a schema (schema.ts) reads, and how error messages name it. */
import { InputError } from './check';

// ---------------------------------------------------------------------------------------------------------- places

/** How a format names its places in error messages. */
export interface Style {
  field(of: string, name: string): string;
  item(list: string, n: number): string; // from 1
  shown(value: unknown): string;
  unknown(what: string, name: string, known: readonly string[]): string;
}

/** 'loss of run 3': most formats. */
export const OF: Style = {
  field: (of, name) => `${name} of ${of}`,
  item: (list, n) => `${list}, number ${n},`,
  shown,
  unknown: (what, name, known) =>
    `${name} of ${what} is not known; there are ${known.join(', ') || 'none'}`,
};

/** A field is called by its name alone: for model configs. */
export const BY_NAME: Style = { ...OF, field: (_, name) => name };

/** A place in a value from outside: in words for the sentence, and as a path for a reader who looks into the file. */
export class Place {
  constructor(
    readonly what: string,
    readonly style: Style = OF,
    readonly path = '',
    /** What its fields are named after. */
    readonly inside = what,
    /** What it is a part of. */
    readonly owner = '',
  ) {}

  field(name: string): Place {
    const path = this.path === '' ? name : `${this.path}.${name}`;
    const what = this.style.field(this.inside, name);
    return new Place(what, this.style, path, what, this.inside);
  }

  /** Entry `i` of a list, from 0. */
  item(i: number, each?: (n: number, owner: string) => string): Place {
    const what = each?.(i + 1, this.owner) ?? this.style.item(this.what, i + 1);
    return new Place(what, this.style, `${this.path}[${i}]`, what, what);
  }

  called(what: string, inside = what): Place {
    return new Place(what, this.style, this.path, inside, this.owner);
  }

  /** The same place in a format with another style of names. */
  speaking(style: Style): Place {
    return new Place(this.what, style, this.path, this.inside, this.owner);
  }

  /** The same place as a part of something else. */
  ownedBy(owner: string): Place {
    return new Place(this.what, this.style, this.path, this.inside, owner);
  }

  check(condition: unknown, sentence: string): void {
    if (condition) return;
    const known = this.path === '' || sentence.includes(this.path);
    throw new InputError(known ? sentence : `${sentence} (at ${this.path})`);
  }

  /** The usual sentence. */
  expect(condition: unknown, value: unknown, should: string): void {
    if (!condition)
      this.check(false, `${this.what} is ${this.style.shown(value)}; it should be ${should}`);
  }
}

/** Values from outside as shown in a message: short, on one line, and without their contents. */
export function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  if (isRecord(value)) return 'an object';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  const text = JSON.stringify(value) ?? 'not JSON';
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

// ----------------------------------------------------------------------------------------------------------- kinds

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
