/** @file Masks as JSON: lists in lists, of numbers or booleans; also as Python writes them, with -Infinity and True. */
import { check, InputError } from '../../core/check';
import { axesOf, checkShape, offsetOf, type Foreign } from './matrix';
import { checkWhole, LONGEST, matrixOf } from './words';

const DEEPEST = 6;

/** Nested lists of numbers or booleans, or an object that holds them as `mask` or `attention_mask`. */
export function readJsonMask(text: string): Foreign {
  check(
    text.length <= LONGEST,
    `the JSON has ${text.length} characters; ${LONGEST} at most are read`,
  );
  check(
    depthOf(text) <= DEEPEST,
    `the JSON is nested deeper than ${DEEPEST} lists; a mask has two axes, with up to three before them`,
  );
  let value = parsed(text);
  let name: string | undefined;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const own = value as Record<string, unknown>;
    name = ['mask', 'attention_mask'].find((key) => (own[key] ?? undefined) !== undefined);
    check(name !== undefined, `the JSON is an object without 'mask' or 'attention_mask'`);
    value = own[name];
  }
  const shape: number[] = [];
  for (let at: unknown = value; Array.isArray(at); at = at[0]) {
    shape.push(at.length);
    if (shape.length > 5 || at.length === 0) break;
  }
  check(
    shape.length >= 2 && shape.length <= 5 && shape.every((count) => count > 0),
    `the JSON holds lists of shape ${shape.join(' × ') || 'none'}; a mask is a list of lists of 0 and 1`,
  );
  const numbers: number[] = [];
  let logical = true;
  const take = (at: unknown, depth: number, where: string): void => {
    if (depth === shape.length) {
      check(
        at !== NOT_A_NUMBER && at !== ENDLESS,
        `the mask has ${String(at)} at ${where}, as Python writes it; ${at === ENDLESS ? 'what is added to scores is 0 to let through and -Infinity to block' : 'a cell should be a number'}`,
      );
      check(
        typeof at === 'number' || typeof at === 'boolean',
        `the mask has ${JSON.stringify(at)?.slice(0, 20) ?? 'nothing'} at ${where}; it should have numbers, true or false`,
      );
      logical &&= typeof at === 'boolean';
      numbers.push(Number(at));
      return;
    }
    check(
      Array.isArray(at) && at.length === shape[depth],
      `the list at ${where || 'the top'} has ${Array.isArray(at) ? at.length : 'no'} entries; the others have ${shape[depth]}`,
    );
    at.forEach((one, i) => take(one, depth + 1, `${where}[${i}]`));
  };
  const [queries, keys] = shape.slice(-2) as [number, number];
  checkShape(queries, keys);
  take(value, 0, '');
  return {
    format: 'json',
    choices: axesOf(shape),
    matrix(picked) {
      const start = offsetOf(shape, picked, false);
      const matrix = matrixOf(numbers, queries, keys, start, logical ? 'bool' : undefined);
      return { ...matrix, ...(name !== undefined && { name }) };
    },
  };
}

const NOT_A_NUMBER = 'NaN';
const ENDLESS = 'Infinity';
/** What Python writes and JSON does not know. -1e999 is read as -Infinity; the others are refused where they stand. */
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

/** JSON; or what json.dumps and print make of a list in Python. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Second, because it is rare; words inside strings stay.
  }
  try {
    return JSON.parse(
      text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\b[A-Za-z]+\b/g, (word) =>
        Object.hasOwn(PYTHON, word) ? PYTHON[word]! : word,
      ),
    );
  } catch {
    checkWhole(text);
    throw new InputError('the text is no whole JSON; copy it to its end');
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
