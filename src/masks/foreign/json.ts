/** @file Masks as JSON: lists in lists, of numbers or booleans; also as Python writes them, with -Infinity and True. */
import { check, InputError } from '../../core/check';
import { isRecord } from '../../core/place';
import { MAX_AXES, type Tensor } from './matrix';
import { checkWhole, LONGEST, tensorOf } from './words';

const DEEPEST = 6;

/** Keys of an object whose lists describe a mask, under the names libraries use; masks themselves come first. */
const NAMES =
  /^(mask|attn_?mask|attention_?mask|key_padding_mask|padding_mask|causal_mask|cu_seq_?lens(_[a-z]+)?|(segment|document|doc|sequence|seq|sample)_?(ids?|idx)|packed_seq_?ids?|position_?ids?|seq_?lens?|context_lens?|block_?tables?|attentions?|attention_weights|attn_weights)$/i;

/** Nested lists of numbers or booleans, or an object with such lists under some of NAMES. */
export function readJsonMask(text: string): readonly Tensor[] {
  check(
    text.length <= LONGEST,
    `the JSON has ${text.length} characters; ${LONGEST} at most are read`,
  );
  check(
    depthOf(text) <= DEEPEST,
    `the JSON is nested deeper than ${DEEPEST} levels; a mask has two axes, queries and keys, and at most three more before them`,
  );
  const value = parsed(text);
  if (!isRecord(value)) return [listed(value)];
  const names = Object.keys(value).filter(
    (key) => NAMES.test(key) && (value[key] ?? undefined) !== undefined,
  );
  check(
    names.length > 0,
    `the JSON is an object without 'mask' or 'attention_mask', and without 'cu_seqlens', 'document_ids', 'position_ids' or 'block_tables'`,
  );
  const first = names.findIndex((name) => name === 'mask');
  const sorted = first > 0 ? [names[first]!, ...names.toSpliced(first, 1)] : names;
  return sorted.map((name) => listed(value[name], name));
}

/** Nested lists as an array. */
function listed(value: unknown, name?: string): Tensor {
  const shape: number[] = [];
  for (let at: unknown = value; Array.isArray(at); at = at[0]) {
    shape.push(at.length);
    if (shape.length > MAX_AXES || at.length === 0) break;
  }
  check(
    shape.length >= 1 && shape.length <= MAX_AXES && shape.every((count) => count > 0),
    shape.length === 0
      ? 'the JSON holds lists of shape none; a mask is a list of lists of 0 and 1'
      : `the JSON holds lists of shape ${shape.join(' × ')}; a mask is a list of lists of 0 and 1`,
  );
  const numbers: number[] = [];
  let logical = true;
  const take = (at: unknown, depth: number, where: string): void => {
    if (depth === shape.length) {
      check(
        at !== NOT_A_NUMBER && at !== ENDLESS,
        `the mask has ${String(at)} at ${where}, as Python writes it; ${at === ENDLESS ? 'an additive mask has 0 to let through and -Infinity to block' : 'a cell should be a number'}`,
      );
      check(
        typeof at === 'number' || typeof at === 'boolean',
        `the mask has ${JSON.stringify(at)?.slice(0, 20) ?? /* a message */ 'nothing'} at ${where}; it should have numbers, true or false`,
      );
      logical &&= typeof at === 'boolean';
      numbers.push(Number(at));
      return;
    }
    check(
      Array.isArray(at) && at.length === shape[depth],
      Array.isArray(at)
        ? `the list at ${where || 'the top'} has ${at.length} entries; the others have ${shape[depth]}`
        : `the list at ${where || 'the top'} has no entries; the others have ${shape[depth]}`,
    );
    at.forEach((one, i) => take(one, depth + 1, `${where}[${i}]`));
  };
  take(value, 0, '');
  return tensorOf(numbers, shape, logical ? 'bool' : undefined, name);
}

const NOT_A_NUMBER = 'NaN';
const ENDLESS = 'Infinity';
/**
 * Python's literals that JSON lacks, as JSON. JSON.parse turns -1e999 into -Infinity. Infinity and NaN become strings, so
 * that the error can name the cell that has them.
 */
const PYTHON: Readonly<Record<string, string>> = {
  '-Infinity': '-1e999',
  '-inf': '-1e999',
  Infinity: `"${ENDLESS}"`,
  inf: `"${ENDLESS}"`,
  NaN: `"${NOT_A_NUMBER}"`,
  nan: `"${NOT_A_NUMBER}"`,
  True: 'true',
  False: 'false',
  None: 'null',
};

/** JSON, or a Python list as written by json.dumps or print. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Perhaps a Python list. These are rarer than JSON, so they are tried second.
  }
  try {
    // The first alternative matches strings, so that words inside them stay as they are.
    return JSON.parse(
      text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\b[A-Za-z]+\b/g, (word) =>
        Object.hasOwn(PYTHON, word) ? PYTHON[word]! : word,
      ),
    );
  } catch {
    checkWhole(text);
    throw new InputError('the text is not complete JSON; copy it to its end');
  }
}

/** The deepest nesting, counted outside strings, so that a bomb is refused before it is parsed. */
function depthOf(text: string): number {
  let [depth, deepest] = [0, 0];
  for (let i = 0, quoted = false; i < text.length; i++) {
    const sign = text[i];
    if (quoted) {
      if (sign === '\\') i++;
      else if (sign === '"') quoted = false;
    } else if (sign === '"') quoted = true;
    else if (sign === '[' || sign === '{') deepest = Math.max(deepest, ++depth);
    else if (sign === ']' || sign === '}') depth--;
  }
  return deepest;
}
