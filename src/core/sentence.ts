/** @file Labels inside a sentence. */

import { LANGUAGE } from './language';

/** German keeps the initials of its nouns. */
const keeps = LANGUAGE.tag === 'de';

/**
 * A label as it is written within a sentence: 'window', 'grouped G S G S', 'RoPE base', 'KV cache'. Only the initial of
 * an ordinary first word becomes lower case; stripes, abbreviations and names such as 'Moby-Dick' stay as they are.
 */
export const withinSentence = (label: string): string =>
  !keeps && /^(?:\p{Lu}\p{Ll}+|A(?= [a-z]))(?!\p{L}|-\p{Lu})/u.test(label)
    ? `${label.charAt(0).toLowerCase()}${label.slice(1)}`
    : label;
