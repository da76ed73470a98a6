/** @file Which strings of the source a reader sees. Comments in the source decide what these rules get wrong. */

/** What is around a string. */
export interface Place {
  readonly in: 'script' | 'attribute' | 'component';
  readonly isTemplate: boolean;
  /** The functions among whose arguments it is, the nearest first. */
  readonly calls?: readonly string[];
  /** The property, variable or attribute that it is the value of. */
  readonly key?: string | undefined;
  readonly compared?: boolean;
  readonly isKey?: boolean;
  readonly thrown?: boolean;
  readonly argument?: number | undefined;
}

/** Functions that take no words. */
const MUTE =
  /(^|\.)(accuracyOf|rowsOf|querySelector|querySelectorAll|matches|closest|getElementById|getElementsBy\w+|addEventListener|removeEventListener|dispatchEvent|getContext|matchMedia|fetch|URL|Worker|RegExp|Symbol|getItem|setItem|removeItem|setAttribute|getAttribute|removeAttribute|hasAttribute|toggleAttribute|attr|style|select|selectAll|setProperty|getPropertyValue|startsWith|endsWith|includes|indexOf|split|createElement|createElementNS|mark|measure|warn|error|log|info|debug|canParse|has|get|delete|supports|registerProcessor|TextDecoder|TextEncoder|Blob|classList\.\w+|importKey|digest|localeCompare|test|exec|replaceAll|replace|match|matchAll|search|CustomEvent|Event|font|DOMException|glob)$/;
/** Properties whose value is always shown. */
const SHOWN = /^(label|xLabel|yLabel|title|heading|says|say|caption|hint|unit|noun|plural|singular|word|summary|description|lead|ask|legend|placeholder|ariaLabel)$/; // prettier-ignore
/** Properties whose value never is. */
const HIDDEN = /^(class|role|className|id|kind|type|href|src|url|path|style|fill|stroke|transform|font|cssText|key|code|mime|selector|pattern|d|viewBox|points|cursor|display|term|expression|plan|colour|color|__.*)$/; // prettier-ignore

/** Whether there are words to translate. */
export const isWord = (text: string): boolean => /\p{L}{2}|^[AI]\b/u.test(spoken(text));

/** Without placeholders and the tags of elements. */
const spoken = (text: string): string =>
  text
    .replaceAll(/\{\d+:([^}]*)\}/g, (_, texts: string) => ` ${texts.replaceAll('|', ' ')} `)
    .replaceAll(/\{\d+\}/g, ' ')
    .replaceAll(/<\/?\d+\/?>/g, ' ');

export function isMessage(text: string, place: Place): boolean {
  if (place.compared || place.isKey || !isWord(text)) return false;
  if (place.key !== undefined && HIDDEN.test(place.key)) return false;
  if (place.calls?.some((name) => MUTE.test(name)) && !place.thrown) return false;
  if (place.in === 'attribute') return true;
  if (place.key !== undefined && SHOWN.test(place.key)) return true;
  if (isCode(text)) return false;
  const words = spoken(text).trim();
  // A sentence, or a phrase of two words.
  if (/\p{L}{2,}[,.:;’”)]*\s+[(“‘]?\p{L}+/u.test(words)) return true;
  // One word next to a value: '{0} steps'.
  if (place.isTemplate && /(^|[\s(])\p{L}{2,}([\s,.:;)]|$)/u.test(spoken(text)) && /\s/.test(text))
    return true;
  // A label.
  return /^[A-Z][a-zé]+[.:…?!]?$/.test(words);
}

/** Styles, paths, selectors, markup and programs. */
const isCode = (text: string): boolean =>
  /=>|charset=|;\s*$|^\s*[.#@][\w-]|[\w-]+\s*\{(?!\d+[:}])|^!?[a-z]+(\([^)]*\))? [&|] |\b(var|calc|rgb|rgba|hsl|url|translate|rotate|scale|minmax|repeat)\(|^--|<\/?[a-z]|\bpx\b|^\s*(import|from|def|fn|let|const|return|struct|class) |^(https?|data|blob):|\\n\s*\w+ ?=|^\s*#|"""|^dict\(|^ {4}|\b[qk]v?_idx\b|^(True|False)$|^[A-Z]+ = |```/.test(
    text,
  );
