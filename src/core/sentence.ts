/** @file Labels inside a sentence. */

/**
 * A label as it is written within a sentence: 'window', 'grouped G S G S', 'RoPE base', 'KV cache'. Only the initial of
 * an ordinary first word becomes lower case; stripes, abbreviations and names such as 'Moby-Dick' stay as they are.
 */
export const withinSentence = (label: string): string =>
  /^(?:[A-Z][a-z]+|A(?= [a-z]))(?![A-Za-z]|-[A-Z])/.test(label)
    ? `${label.charAt(0).toLowerCase()}${label.slice(1)}`
    : label;
