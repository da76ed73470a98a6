/** @file The form of messages and translations: text, placeholders, choices and elements. */

export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly index: number }
  | {
      readonly kind: 'choice';
      readonly index: number;
      /** The two texts, in the order of the source. */
      readonly texts: readonly string[];
      /** The texts by plural category instead. */
      readonly byCategory?: Readonly<Record<string, string>> | undefined;
    }
  | { readonly kind: 'element'; readonly index: number; readonly inner?: readonly Part[] };

const MARK = /\{(\d+)(?::([^{}]*))?\}|<(\d+)\/>|<(\d+)>|<\/(\d+)>/g;
const CATEGORY = /^(zero|one|two|few|many|other)=/;

/** Throws Error if an element is not closed, a choice has not two texts or has a placeholder inside. */
export function parseMessage(message: string): readonly Part[] {
  const root: Part[] = [];
  const open: { index: number; parts: Part[] }[] = [];
  let into = root;
  let at = 0;
  const text = (end: number) => {
    if (end <= at) return;
    const text = message.slice(at, end);
    if (/\{\d+:/.test(text))
      throw new Error(`'${message}' has a placeholder inside a choice, which is not possible`);
    into.push({ kind: 'text', text });
  };
  for (const mark of message.matchAll(MARK)) {
    text(mark.index);
    at = mark.index + mark[0].length;
    const [, value, choice, lone, begin, end] = mark;
    if (value !== undefined) {
      into.push(
        choice === undefined
          ? { kind: 'value', index: Number(value) }
          : choiceOf(Number(value), choice, message),
      );
    } else if (lone !== undefined) into.push({ kind: 'element', index: Number(lone) });
    else if (begin !== undefined) {
      open.push({ index: Number(begin), parts: into });
      into = [];
    } else {
      const opened = open.pop();
      if (opened?.index !== Number(end))
        throw new Error(`'${message}' closes <${end}>, which is not the last one opened`);
      opened.parts.push({ kind: 'element', index: opened.index, inner: into });
      into = opened.parts;
    }
  }
  text(message.length);
  if (open.length > 0) throw new Error(`'${message}' does not close <${open.at(-1)!.index}>`);
  return root;
}

function choiceOf(index: number, choice: string, message: string): Part {
  const texts = choice.split('|');
  if (texts.every((one) => CATEGORY.test(one))) {
    const byCategory = Object.fromEntries(
      texts.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]),
    );
    if (!('other' in byCategory))
      throw new Error(`'${message}' should name the plural category 'other', too`);
    return { kind: 'choice', index, texts: [], byCategory };
  }
  if (texts.length !== 2)
    throw new Error(`'${message}' should give two texts in {${index}:…|…}, not ${texts.length}`);
  return { kind: 'choice', index, texts };
}
