/**
 * @file Numbers, lists, dates and the order of words as the language writes them. English is the source: a number is
 * rounded as JavaScript rounds it, and only its signs are replaced, so every language shows the same digits.
 */
import { LANGUAGE } from './language';
import { ENGLISH, type Language } from './languages';

export interface Numbers {
  /** '1,234.5' as a library writes it → '1.234,5'. */
  readonly fromEnglish: (text: string) => string;
  /** 12.345 → '12.35', '12,35': `toFixed`. */
  readonly fixed: (value: number, digits: number) => string;
  /** `toPrecision`. */
  readonly precise: (value: number, digits: number) => string;
  /** `toExponential`. */
  readonly exponential: (value: number, digits?: number) => string;
  /** 12.5 → '12.5', '12,5': all digits, ungrouped. */
  readonly plain: (value: number) => string;
  /** 8256.4 → '8,256', '8.256'. */
  readonly formatInteger: (value: number) => string;
  /** 1234.567 → '1,234.57', '1.234,57': at most so many decimals, grouped. */
  readonly decimal: (value: number, most: number) => string;
  /** 0.12345678 → '0.123457', '0,123457': at most so many significant digits, grouped. */
  readonly significant: (value: number, most: number) => string;
  /** 0.125 → '12.5 %', '12,5 %'. */
  readonly percent: (share: number, digits: number) => string;
  /** 2610000 → '2.61 M'. Three significant digits; whole below 1,000. */
  readonly formatCount: (value: number) => string;
  /** 90112 → '88.0 KiB'. */
  readonly formatBytes: (bytes: number) => string;
  /**
   * A number as users type it, in digits: '12,5' and '12.5' alike, and with the grouping of the language. A sign before
   * three digits is read as the language writes it: '4.096' is 4096 in German, and 4.096 in English.
   */
  readonly readNumber: (typed: string) => number | undefined;
  /** 'a, b and c'. */
  readonly listed: (words: readonly string[], kind?: 'and' | 'or') => string;
  /** The order of a dictionary, for `sort`. */
  readonly inOrder: (a: string, b: string) => number;
  readonly formatDate: (date: Date, options: Intl.DateTimeFormatOptions) => string;
}

/** Signs that `Intl` has otherwise: Spanish is written with a space, as the Real Academia has it. */
const GROUPS: Readonly<Record<string, string>> = { es: '\u00A0' };
const SI = ['', ' k', ' M', ' G', ' T', ' P', ' E'];
const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Made once: toLocaleString looks its language up for every number, and a page writes hundreds. */
const INTEGER = new Intl.NumberFormat('en-US');
const OTHERS = new Map<string, Intl.NumberFormat>();
function atMost(
  which: 'maximumFractionDigits' | 'maximumSignificantDigits',
  most: number,
): Intl.NumberFormat {
  const made = OTHERS.get(which + most) ?? new Intl.NumberFormat('en-US', { [which]: most });
  OTHERS.set(which + most, made);
  return made;
}

export function numbersOf({ tag }: Language): Numbers {
  const isKnown = tag !== ENGLISH.tag && Intl.NumberFormat.supportedLocalesOf(tag).length > 0;
  const written = isKnown ? signed(signsOf(tag)) : (english: string) => english;
  /** Of the United Kingdom: no comma before 'and', and the day before the month. */
  const locale = isKnown ? tag : 'en-GB';
  const compare = once(() => new Intl.Collator(locale).compare);
  const lists = {
    and: once(() => new Intl.ListFormat(locale, { type: 'conjunction' })),
    or: once(() => new Intl.ListFormat(locale, { type: 'disjunction' })),
  };
  const fixed = (value: number, digits: number) => written(value.toFixed(digits));
  return {
    fromEnglish: written,
    fixed,
    precise: (value, digits) => written(value.toPrecision(digits)),
    exponential: (value, digits) => written(value.toExponential(digits)),
    plain: (value) => written(String(value)),
    formatInteger: (value) => written(INTEGER.format(Math.round(value))),
    decimal: (value, most) => written(atMost('maximumFractionDigits', most).format(value)),
    significant: (value, most) => written(atMost('maximumSignificantDigits', most).format(value)),
    percent: (share, digits) => `${fixed(100 * share, digits)} %`,
    formatCount: (value) =>
      scaled(value, 1000, (digits, power) => `${written(digits)}${SI[power]}`, SI.length),
    formatBytes: (bytes) =>
      scaled(bytes, 1024, (digits, power) => `${written(digits)} ${BINARY[power]}`, BINARY.length),
    readNumber: isKnown ? readerOf(signsOf(tag).decimal) : readerOf('.'),
    listed: (words, kind = 'and') =>
      isKnown ? lists[kind]().format(words) : listedInEnglish(words, kind),
    inOrder: (a, b) => compare()(a, b),
    formatDate: (date, options) => date.toLocaleString(locale, options),
  };
}

interface Signs {
  readonly decimal: string;
  readonly group: string;
  /** Whether '4096' is written without a sign, and only longer numbers are grouped. */
  readonly keepsFour: boolean;
}

function signsOf(tag: string): Signs {
  const format = new Intl.NumberFormat(tag, { numberingSystem: 'latn' });
  const of = (value: number, kind: 'decimal' | 'group') =>
    format.formatToParts(value).find(({ type }) => type === kind)?.value;
  return {
    decimal: of(1.5, 'decimal') ?? '.',
    group: GROUPS[tag] ?? of(123_456, 'group') ?? '',
    keepsFour: of(1234, 'group') === undefined,
  };
}

/** '1,234.5' with the signs of another language. */
const signed =
  ({ decimal, group, keepsFour }: Signs) =>
  (english: string): string => {
    const [whole, ...rest] = english.split('.');
    const groups = whole!.split(',');
    const isShort = groups.length === 2 && /^\D*\d$/.test(groups[0]!);
    return [groups.join(keepsFour && isShort ? '' : group), ...rest].join(decimal);
  };

/** If the language is not one that `Intl` knows, these two are translated as every message is. */
function listedInEnglish(words: readonly string[], kind: 'and' | 'or'): string {
  if (words.length < 2) return words.join('');
  const before = words.slice(0, -1).join(', ');
  const last = words.at(-1)!;
  return kind === 'and' ? `${before} and ${last}` : `${before} or ${last}`;
}

function scaled(
  n: number,
  base: number,
  write: (digits: string, power: number) => string,
  powers: number,
): string {
  if (!Number.isFinite(n)) return String(n);
  let power = 0;
  let rest = Math.abs(n);
  // Compared after rounding, so that 999,999 becomes 1.00 M and not 1000 k.
  while (power < powers - 1 && (rest >= base || Number(rest.toPrecision(3)) >= base)) {
    rest /= base;
    power++;
  }
  const digits = power === 0 && Number.isInteger(rest) ? String(rest) : rest.toPrecision(3);
  return (n < 0 ? '−' : '') + write(rest >= 1000 ? String(Math.round(rest)) : digits, power);
}

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

const readerOf =
  (own: string) =>
  (typed: string): number | undefined => {
    const text = typed.replaceAll(/[\s_'’]/g, '').replace('−', '-');
    const english = englishOf(text, own);
    const value = NUMBER.test(english) ? Number(english) : NaN;
    return Number.isFinite(value) ? value : undefined;
  };

/** Without grouping, and with a point. What cannot be a number in any language stays. */
function englishOf(text: string, own: string): string {
  const signs = text.replaceAll(/[^.,]/g, '');
  const last = signs.at(-1);
  if (last === undefined) return text;
  const other = last === '.' ? ',' : '.';
  // Two different signs: the last one is the decimal sign.
  if (signs.includes(other))
    return signs.indexOf(last) === signs.length - 1
      ? text.replaceAll(other, '').replace(last, '.')
      : text;
  if (signs.length > 1) return last === own ? text : text.replaceAll(last, '');
  // One sign: a group has three digits, and the first one does not begin with 0.
  const isGroup = last !== own && /^[-+]?[1-9]\d{0,2}[.,]\d{3}(?!\d)/.test(text);
  return text.replace(last, isGroup ? '' : '.');
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

export const {
  fromEnglish,
  fixed,
  precise,
  exponential,
  plain,
  formatInteger,
  decimal,
  significant,
  percent,
  formatCount,
  formatBytes,
  readNumber,
  listed,
  inOrder,
  formatDate,
} = numbersOf(LANGUAGE);
