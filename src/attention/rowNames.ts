/** @file Masks with long rows under their names, for display, addresses and keys, and in full again. */
import { InputError } from '../core/check';
import { LONGEST_LINK } from '../core/link';
import { readRows } from './given';
import { seen, stored } from './rowTexts';

/** Longer rows are shown and linked by name. */
export const NAMED_FROM = 64; // characters
const NAME = /^#\d{1,5}-[0-9a-f]{16}$/;

/** The text of rows seen here or stored elsewhere; undefined if neither. */
export function rowsNamed(name: string): string | undefined {
  if (!NAME.test(name)) return undefined;
  const here = seen(name);
  if (here !== undefined) return here;
  const found = stored(name);
  try {
    return found !== undefined && readRows(found).name === name ? found : undefined;
  } catch (error) {
    if (error instanceof InputError) return undefined; // the stored text is corrupt
    throw error;
  }
}

/** A text of masks with long rows by name, for display, addresses and keys. */
export const byName = (text: string): string =>
  text.includes('rows(')
    ? text.replaceAll(/\brows\(\s*([A-Za-z0-9_-]+)\s*\)/g, (whole, content: string) =>
        content.length < NAMED_FROM ? whole : `rows(${readRows(content).name})`,
      )
    : text;

/**
 * A text of masks with the rows themselves in place of known names; unknown names stay, and are refused when the text
 * is read.
 */
export const inFull = (text: string): string =>
  text.replaceAll(/\brows\(\s*(#[0-9a-f-]+)\s*\)/g, (whole, name: string) => {
    const content = rowsNamed(name);
    return content === undefined ? whole : `rows(${content})`;
  });

/** A URL as it was built; if it is too long, with rows by name only. */
export const fitting = (address: string): string =>
  address.length <= LONGEST_LINK ? address : byName(address).replaceAll('rows(#', 'rows(%23');

/** The rows that a URL gives only by name, each once. */
export const namesInAddress = (address: string): readonly string[] => [
  ...new Set(
    [...address.matchAll(/\brows\((?:%23|#)(\d{1,5}-[0-9a-f]{16})\)/g)].map(([, n]) => `#${n}`),
  ),
];
