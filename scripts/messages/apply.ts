/** @file Puts translations in the place of the messages of a source file. */
import type { Found, Hole } from './scan.ts';
import { parseMessage, type Part } from './message.ts';

/** The translation of a message, which may differ by file; undefined leaves the English. */
export type Lookup = (message: string) => string | undefined;

/**
 * The source with its messages translated into `language`, a BCP 47 tag. Throws Error if a translation does not fit its
 * message.
 */
export function applied(
  code: string,
  found: readonly Found[],
  lookup: Lookup,
  language: string,
): string {
  /** The source from `start` to `end`, translated. `found` is in order, and an outer one comes before those within. */
  function rendered(start: number, end: number): string {
    let out = '';
    let at = start;
    for (const one of found) {
      if (one.start < at || one.end > end) continue;
      const translation = lookup(one.message);
      if (translation === undefined || translation === one.message) continue;
      out += code.slice(at, one.start) + written(one, translation);
      at = one.end;
    }
    return out + code.slice(at, end);
  }

  function written(one: Found, translation: string): string {
    if (one.as === 'literal') return quoted(translation);
    const text = parts(parseMessage(translation), one);
    switch (one.as) {
      case 'markup':
        return text;
      case 'attribute':
        return /["']/.test(code[one.start - 1]!) ? text : `"${text}"`;
      case 'template':
        return `\`${text}\``;
    }
  }

  function parts(all: readonly Part[], one: Found): string {
    return all.map((part) => partOf(part, one)).join('');
  }

  function partOf(part: Part, one: Found): string {
    if (part.kind === 'text') return escaped(part.text, one.as);
    const hole = one.holes[part.index];
    if (hole?.kind === 'value' && part.kind === 'value') return rendered(hole.start, hole.end);
    if (hole?.kind === 'choice' && part.kind === 'choice') return chosen(part, hole, one);
    if (hole?.kind === 'element' && part.kind === 'element') {
      if (!hole.inner) return rendered(hole.start, hole.end);
      const before = rendered(hole.start, hole.inner.start);
      return before + parts(part.inner ?? [], one) + rendered(hole.inner.end, hole.end);
    }
    throw new Error(
      `the translation of '${one.message}' has ${part.kind} ${part.index}, which it lacks`,
    );
  }

  function chosen(
    part: Part & { kind: 'choice' },
    hole: Hole & { kind: 'choice' },
    one: Found,
  ): string {
    const { branches, count } = hole;
    const [first, last] =
      branches[0].start < branches[1].start ? branches : [branches[1], branches[0]];
    if (!part.byCategory) {
      const [a, b] = part.texts;
      return (
        rendered(hole.start, first.start) +
        quoted(a!) +
        code.slice(first.end, last.start) +
        quoted(b!) +
        code.slice(last.end, hole.end)
      );
    }
    if (!count) throw new Error(`'${one.message}' does not count, so it has no plural categories`);
    const open = one.as === 'template' ? '${' : '{';
    const texts = Object.entries(part.byCategory).map(([name, text]) => `${name}:${quoted(text)}`);
    return `${open}((texts,count)=>texts[new Intl.PluralRules('${language}').select(count)]??texts.other)({${texts.join(',')}},${rendered(count.start, count.end)})}`;
  }

  return rendered(0, code.length);
}

const quoted = (text: string): string =>
  `'${text.replaceAll(/[\\']/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`;

function escaped(text: string, as: Found['as']): string {
  switch (as) {
    case 'markup':
      return text.replaceAll(/[&<>{}]/g, entity);
    case 'attribute':
      return text.replaceAll(/[&<>{}"']/g, entity);
    case 'literal':
      return text;
    case 'template':
      return text.replaceAll(/\\|`|\$\{/g, '\\$&');
  }
}

const entity = (sign: string): string => `&#${sign.charCodeAt(0)};`;
